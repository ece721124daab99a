import { expect, it } from 'vitest';
import { writeModulesOnDemand } from './modules-on-demand.js';

it('tells modprobe what modules need and what they are called', () => {
  const module = (name: string, info: string) => ({
    name,
    data: new TextEncoder().encode(`ELF\0${info.replaceAll(' ', '\0').replaceAll('_', ' ')}\0`),
  });
  const archive = writeModulesOnDemand('6.1', [
    module('ext4', 'alias=fs-ext4 alias=ext3 depends=jbd2'),
    module('jbd2', 'softdep=pre:_crypto-crc32c depends='),
    module('crc32c_generic', 'alias=crypto-crc32c depends='),
    module('kvm', 'softdep=pre:_built-in depends='),
  ]);
  const text = new TextDecoder('latin1').decode(archive);
  expect(text).toContain('lib/modules/6.1/ext4.ko\0');
  expect(text).toContain(
    'jbd2.ko: crc32c_generic.ko\next4.ko: jbd2.ko crc32c_generic.ko\nkvm.ko: \n',
  );
  expect(text).toContain('alias fs-ext4 ext4\nalias ext3 ext4\n');
});
