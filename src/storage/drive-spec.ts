import { ConfigurationError } from '../core/errors.js';
import { FORMATS, type ImageFormat } from './open-image.js';

/** A drive as users name it. */
export interface DriveSpec {
  readonly file: string;
  /** The guest cannot write. */
  readonly readOnly?: boolean;
  /** Without it the file's first bytes tell. */
  readonly format?: ImageFormat;
  /** The guest can write, in memory: the file stays as it is, and the writes are gone with the VM. */
  readonly overlay?: boolean;
}

const FORM = 'FILE[,readonly][,format=raw|qcow2][,overlay]';

/**
 * Parses `FILE[,readonly][,format=raw|qcow2][,overlay]`; a comma in a file's name is written twice.
 *
 * @throws ConfigurationError
 */
export function parseDriveSpec(text: string): DriveSpec {
  // A comma that has none beside it, pairs counted from the left.
  const fields = text.match(/(?:[^,]|,,)+/g) ?? [];
  const [first = ''] = fields;
  const refuse = (what: string): never => {
    throw new ConfigurationError(`drive '${text}': ${what}; right would be ${FORM}`);
  };
  if (first === '' || !text.startsWith(first)) refuse('it names no file');
  if (fields.join(',') !== text) refuse('an option is missing between two commas');
  let spec: DriveSpec = { file: first.replaceAll(',,', ',') };
  for (const field of fields.slice(1)) {
    const [, name = field, value] = /^([^=]*)=(.*)$/s.exec(field) ?? [];
    if (name === 'format') {
      const format = FORMATS.find((known) => known === value);
      if (format === undefined) refuse(`the format '${value ?? ''}' is not known`);
      else spec = { ...spec, format };
    } else if (value !== undefined) {
      refuse(`'${name}' takes no value, or is not known`);
    } else if (name === 'readonly') {
      spec = { ...spec, readOnly: true };
    } else if (name === 'overlay') {
      spec = { ...spec, overlay: true };
    } else {
      refuse(`the option '${name}' is not known`);
    }
  }
  if (spec.readOnly && spec.overlay) refuse('readonly and overlay exclude each other');
  return spec;
}
