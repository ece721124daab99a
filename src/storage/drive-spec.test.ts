import { expect, test } from 'vitest';
import { ConfigurationError } from '../core/errors.js';
import { parseDriveSpec } from './drive-spec.js';

test.each([
  ['disk.img', { file: 'disk.img' }],
  ['a,,b.img', { file: 'a,b.img' }],
  [',,', { file: ',' }],
  [',,,,x,,,readonly', { file: ',,x,', readOnly: true }],
  ['disk.img,readonly', { file: 'disk.img', readOnly: true }],
  ['disk.img,overlay,format=qcow2', { file: 'disk.img', overlay: true, format: 'qcow2' }],
  ['x=y.img,format=raw', { file: 'x=y.img', format: 'raw' }],
])('%s', (text, spec) => {
  expect(parseDriveSpec(text)).toEqual(spec);
});

test.each([
  ['', /names no file/],
  [',readonly', /names no file/],
  ['disk.img,', /option is missing/],
  ['disk.img,format=vmdk', /the format 'vmdk' is not known/],
  ['disk.img,format', /the format '' is not known/],
  ['disk.img,readonly=on', /'readonly' takes no value/],
  ['disk.img,cache=none', /'cache' takes no value, or is not known/],
  ['disk.img,snapshot', /the option 'snapshot' is not known/],
  ['disk.img,readonly,overlay', /exclude each other/],
])('%s is refused', (text, message) => {
  expect(() => parseDriveSpec(text)).toThrow(message);
  expect(() => parseDriveSpec(text)).toThrow(ConfigurationError);
});
