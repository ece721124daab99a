import { describe, expect, it } from 'vitest';
import { hasExtensions } from '../../isa/extensions.js';
import { ConfigurationError } from '../core/errors.js';
import {
  isaExtensions,
  isaString,
  mmuType,
  parseCpuModel,
  requireLinuxCapable,
} from './cpu-model.js';

describe('CPU models', () => {
  it('rv64 offers all that is executed', () => {
    const cpu = parseCpuModel('rv64');
    expect(isaString(cpu)).toBe(
      'rv64imafdc_zicntr_zicond_zicsr_zifencei_zba_zbb_zbs_sstc_svadu_svnapot_svpbmt',
    );
    expect(mmuType(cpu)).toBe('riscv,sv57');
    expect(hasExtensions(cpu.extensions, ['H'])).toBe(false);
  });

  it('switches extensions off and on, the last word counting', () => {
    const cpu = parseCpuModel('rv64,zba=off,sv57=off,zbb=off,zbb=on');
    expect(isaExtensions(cpu)).not.toContain('zba');
    expect(isaExtensions(cpu)).toContain('zbb');
    expect(mmuType(cpu)).toBe('riscv,sv48');
  });

  it('offers the hypervisor extension when asked', () => {
    const cpu = parseCpuModel('rv64,h=on');
    expect(isaString(cpu)).toMatch(/^rv64imafdch_/);
    expect(hasExtensions(cpu.extensions, ['H'])).toBe(true);
  });

  it('switches off what needs what was switched off', () => {
    const cpu = parseCpuModel('rv64,f=off,sv48=off');
    expect(isaExtensions(cpu)).not.toContain('d');
    expect(mmuType(cpu)).toBe('riscv,sv39');
    expect(mmuType(parseCpuModel('rv64,u=off'))).toBe('riscv,none');
  });

  it.each([
    ['rv32', /known are: rv64/],
    ['', /known are: rv64/],
    ['constructor', /known are: rv64/],
    ['rv64,zba', /NAME=on or NAME=off/],
    ['rv64,zba=yes', /NAME=on or NAME=off/],
    ['rv64,', /NAME=on or NAME=off/],
    ['rv64,zbz=on', /it has: .*zbs/],
    ['rv64,s=off,h=on', /needs s/],
    ['rv64,i=off', /no extension 'i'/],
    ['rv64,f=off,d=on', /needs f/],
    ['rv64,sv48=off,sv57=on', /needs sv48/],
  ])('refuses %j', (text, message) => {
    expect(() => parseCpuModel(text)).toThrow(ConfigurationError);
    expect(() => parseCpuModel(text)).toThrow(message);
  });

  it('knows what Linux needs', () => {
    requireLinuxCapable(parseCpuModel('rv64,f=off,zba=off'));
    expect(() => requireLinuxCapable(parseCpuModel('rv64,c=off'))).toThrow(/needs c/);
  });
});
