import type { AddressTranslation } from '../vm/walk/address-translation.js';
import type { TableEntry } from '../vm/walk/table-entry.js';
import type { Walk } from '../vm/walk/walk.js';
import { ENTRY_HEADING, entryRow } from './entry-row.js';
import { hex, sizeText } from './figure-text.js';
import { REGIME_MODES } from './translate-words.js';
import { type WalkBlock, walkBlocks } from './walk-blocks.js';

const VERBS = { read: 'reads', write: 'writes', fetch: 'fetches from' } as const;
const MARGIN = '  ';

/**
 * A walk drawn as the manual's figure of two-stage translation, of 100 columns: the entries in the order in
 * which they are read, those of the G-stage above what they are read for.
 */
export function walkFigure(walk: Walk): string {
  const { hart, address, access, regime, firstStage, guestStage } = walk;
  const stages = [firstStage, guestStage].flatMap((stage) => stage ?? []);
  const nested = (guestStage?.levels ?? 0) > 0;
  const parts = [
    [`hart ${hart} ${VERBS[access]} ${hex(address, 16)} in ${REGIME_MODES[regime]}-mode`],
    stages.map((stage) => `${MARGIN}${stageLine(stage, nested)}`),
    nested ? nestedLines(walk) : flatLines(walk),
    outcomeLines(walk),
  ];
  const given = parts.filter((lines) => lines.length > 0);
  return `${given.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function stageLine(stage: AddressTranslation, nested: boolean): string {
  const { register, scheme, levels, space, root } = stage;
  const name = `${register.padEnd(6)} ${scheme}`;
  if (levels === 0) return name;
  const place = `${nested && register === 'vsatp' ? 'guest-physical ' : ''}${hex(root)}`;
  const tag = register === 'hgatp' ? 'VMID' : 'ASID';
  return `${name.padEnd(14)} ${tag} ${space}, root table at ${place}`;
}

function flatLines({ entries, guestStage }: Walk): string[] {
  if (entries.length === 0) return [];
  const name = guestStage === undefined ? 'S' : 'VS';
  return [ENTRY_HEADING, ...entries.map((entry) => entryRow(entry, name))].map(
    (line) => `${MARGIN}${line}`,
  );
}

function nestedLines(walk: Walk): string[] {
  const blocks = walkBlocks(walk);
  if (blocks.length === 0) return [];
  const lines = blocks.flatMap((block, at) => blockLines(block, walk, at === blocks.length - 1));
  return [`   ${ENTRY_HEADING}`, ...lines].map((line) => `${MARGIN}${line}`);
}

function blockLines({ what, address, guest, entry }: WalkBlock, walk: Walk, last: boolean) {
  return [
    `╭─ ${what}, at guest-physical ${hex(address)}`,
    ...guest.map((each) => `│  ${entryRow(each, '  G')}`),
    entry === undefined ? `╰─ ${ending(walk, last)}` : `╰─▶${entryRow(entry, 'VS').slice(1)}`,
  ];
}

function ending({ outcome }: Walk, last: boolean): string {
  if (!last) return 'may be written';
  return outcome.kind === 'translated' ? `physical ${hex(outcome.physical)}` : 'no further';
}

function outcomeLines({ outcome, entries, address }: Walk): string[] {
  if (outcome.kind === 'fault') {
    const { cause, fault, guestPhysical, reason } = outcome;
    const at = guestPhysical === undefined ? '' : ` at guest-physical ${hex(guestPhysical)}`;
    const why = reason === undefined ? [] : [`${MARGIN}${reason}`];
    return [`${fault} (cause ${cause})${at}`, ...why];
  }
  const leaf = (stage: TableEntry['stage']) =>
    entries.findLast((entry) => entry.stage === stage && entry.serves === 'address');
  const [first, guest] = [leaf('first'), leaf('guest')];
  const count = entries.length === 1 ? '1 entry read' : `${entries.length} entries read`;
  const how = [
    entries.length === 0 ? 'nothing is translated' : count,
    ...(first === undefined ? [] : [`page of ${sizeText(first.pageSize)}`]),
    ...(guest === undefined ? [] : [`G-stage page of ${sizeText(guest.pageSize)}`]),
  ];
  return [`${hex(address, 16)} is physical ${hex(outcome.physical)}: ${how.join(', ')}`];
}
