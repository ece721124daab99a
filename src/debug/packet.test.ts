import { describe, expect, it } from 'vitest';
import { LONGEST_PACKET, PacketReader, packetOf, type Sent } from './packet.js';

const bytes = (text: string) => Uint8Array.from(text, (mark) => mark.charCodeAt(0));
const text = (packet: Uint8Array) => String.fromCharCode(...packet);
const read = (...pieces: (string | Uint8Array)[]): Sent[] => {
  const reader = new PacketReader();
  return pieces.flatMap((piece) => [
    ...reader.read(typeof piece === 'string' ? bytes(piece) : piece),
  ]);
};

describe('packets', () => {
  it('have a checksum of two digits', () => {
    expect(text(packetOf('OK'))).toBe('$OK#9a');
    expect(text(packetOf(''))).toBe('$#00');
    expect(read('$OK#9a')).toEqual([{ kind: 'packet', text: 'OK' }]);
  });

  it('carry any byte, escaped where it must be', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    expect(text(packetOf('a#$}*')).slice(0, -2)).toBe('$a}\x03}\x04}]}\n#');
    expect(read(packetOf(all))).toEqual([{ kind: 'packet', text: all }]);
  });

  it('may come in pieces, and with others', () => {
    expect(read('$q', 'C#', 'b', '4+$g#67-')).toEqual([
      { kind: 'packet', text: 'qC' },
      { kind: 'ack' },
      { kind: 'packet', text: 'g' },
      { kind: 'nak' },
    ]);
  });

  it('are damaged by a wrong checksum, a missing byte, or another beginning', () => {
    const damaged = { kind: 'damaged' };
    expect(read('$g#68')).toEqual([damaged]);
    expect(read('$g#6x')).toEqual([damaged]);
    expect(read('$}#7d')).toEqual([damaged]);
    expect(read('$m80$g#67')).toEqual([damaged, { kind: 'packet', text: 'g' }]);
  });

  it('have no more bytes than were announced; what follows is understood again', () => {
    const long = 'x'.repeat(LONGEST_PACKET);
    expect(read(packetOf(long))).toEqual([{ kind: 'packet', text: long }]);
    expect(read(packetOf(`${long}x`), '$g#67')).toEqual([
      { kind: 'damaged' },
      { kind: 'packet', text: 'g' },
    ]);
  });

  it('stand between bytes that mean nothing, but for Ctrl-C', () => {
    expect(read('hello\x00\x03 $g#67#67')).toEqual([
      { kind: 'interrupt' },
      { kind: 'packet', text: 'g' },
    ]);
  });
});
