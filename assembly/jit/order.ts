/**
 * The shape of a region: its blocks in reverse postorder, who dominates whom, which are loops' heads, and how many
 * steps may pass before the budget is asked again. Edges into a loop other than by its head leave the region.
 */
import {
  AFTER_GRAPH,
  BLOCKS_MOST,
  Block,
  blockAt,
  blocks,
  cut,
  NO_BLOCK,
  orderAt,
  setOrder,
  successor,
  successors,
} from './graph';

/** The walk's stack: block and next successor to look at, u16 each. */
const STACK: usize = AFTER_GRAPH;
export const AFTER_ORDER: usize = STACK + ((<usize>BLOCKS_MOST + 1) << 2);

/** Blocks that can be reached. */
export let ordered: u32 = 0;

/** Numbers the blocks that block 0 reaches, in reverse postorder. */
function number(): void {
  for (let index: u32 = 0; index < blocks; ++index) blockAt(index).reached = 0;
  let place = blocks;
  let depth: usize = 1;
  store<u32>(STACK, 0);
  blockAt(0).reached = 1;
  while (depth) {
    const top = STACK + ((depth - 1) << 2);
    const index = <u32>load<u16>(top);
    const which = <u32>load<u16>(top, 2);
    const block = blockAt(index);
    if (which < successors(block)) {
      store<u16>(top, <u16>(which + 1), 2);
      const next = successor(block, which);
      if (next === NO_BLOCK || blockAt(next).reached) continue;
      blockAt(next).reached = 1;
      store<u32>(STACK + (depth << 2), next);
      depth += 1;
    } else {
      depth -= 1;
      place -= 1;
      setOrder(place, index);
    }
  }
  ordered = blocks - place;
  // Those that are not reached leave a gap in front.
  for (let at: u32 = 0; at < ordered; ++at) {
    setOrder(at, orderAt(place + at));
    blockAt(orderAt(at)).order = at;
  }
}

/** The nearest block that dominates both. */
function meet(a: u32, b: u32): u32 {
  while (a !== b) {
    while (blockAt(a).order > blockAt(b).order) a = blockAt(a).dominator;
    while (blockAt(b).order > blockAt(a).order) b = blockAt(b).dominator;
  }
  return a;
}

/** K. D. Cooper, T. J. Harvey, K. Kennedy: A simple, fast dominance algorithm (2001). */
function dominate(): void {
  for (let at: u32 = 0; at < ordered; ++at) blockAt(orderAt(at)).dominator = NO_BLOCK;
  blockAt(0).dominator = 0;
  let changed = true;
  while (changed) {
    changed = false;
    for (let at: u32 = 0; at < ordered; ++at) {
      const index = orderAt(at);
      const block = blockAt(index);
      const count = successors(block);
      for (let which: u32 = 0; which < count; ++which) {
        const next = successor(block, which);
        if (next === NO_BLOCK || next === 0) continue;
        const old = blockAt(next).dominator;
        const dominator = old === NO_BLOCK ? index : meet(old, index);
        if (dominator === old) continue;
        blockAt(next).dominator = dominator;
        changed = true;
      }
    }
  }
}

function dominates(a: u32, b: u32): bool {
  while (blockAt(b).order > blockAt(a).order) b = blockAt(b).dominator;
  return a === b;
}

/** Cuts the edges that go back to a block that does not dominate where they come from; whether there were any. */
function cutIrreducible(): bool {
  let found = false;
  for (let at: u32 = 0; at < ordered; ++at) {
    const index = orderAt(at);
    const block = blockAt(index);
    const count = successors(block);
    for (let which: u32 = 0; which < count; ++which) {
      const next = successor(block, which);
      if (next === NO_BLOCK || blockAt(next).order > at || dominates(next, index)) continue;
      cut(block, which);
      found = true;
    }
  }
  return found;
}

/** Counts each block's entries, marks loops' heads. */
function countEntries(): void {
  for (let at: u32 = 0; at < ordered; ++at) {
    blockAt(orderAt(at)).entries = 0;
    blockAt(orderAt(at)).loop = 0;
  }
  for (let at: u32 = 0; at < ordered; ++at) {
    const block = blockAt(orderAt(at));
    const count = successors(block);
    for (let which: u32 = 0; which < count; ++which) {
      const next = successor(block, which);
      if (next === NO_BLOCK) continue;
      if (blockAt(next).order <= at) blockAt(next).loop = 1;
      else blockAt(next).entries += 1;
    }
  }
}

/** Steps of the longest way from each block to the next loop's head, or out. */
function price(): void {
  for (let at = <i32>ordered - 1; at >= 0; --at) {
    const block = blockAt(orderAt(at));
    const count = successors(block);
    let longest: u32 = 0;
    for (let which: u32 = 0; which < count; ++which) {
      const next = successor(block, which);
      if (next !== NO_BLOCK && !blockAt(next).loop) longest = max(longest, blockAt(next).cost);
    }
    block.cost = block.count + longest;
  }
}

/** Notes for each block in which outermost loop it is: who gets back to its head is, in a reducible graph. */
function findLoops(): void {
  for (let at: u32 = 0; at < ordered; ++at) blockAt(orderAt(at)).outermost = NO_BLOCK;
  for (let at: u32 = 0; at < ordered; ++at) {
    const head = orderAt(at);
    if (blockAt(head).loop && blockAt(head).outermost === NO_BLOCK) gatherLoop(head);
  }
}

function gatherLoop(head: u32): void {
  blockAt(head).outermost = head;
  let changed = true;
  while (changed) {
    changed = false;
    for (let at = ordered - 1; at > blockAt(head).order; --at) {
      const block = blockAt(orderAt(at));
      if (block.outermost !== NO_BLOCK || !leadsInto(block, head)) continue;
      block.outermost = head;
      changed = true;
    }
  }
}

/** Whether a block behind the loop's head leads to one that is known to be in the loop. */
function leadsInto(block: Block, head: u32): bool {
  const count = successors(block);
  for (let which: u32 = 0; which < count; ++which) {
    const next = successor(block, which);
    if (next !== NO_BLOCK && blockAt(next).outermost === head) return true;
  }
  return false;
}

/** Brings the blocks that `discover` found into shape. */
export function arrange(): void {
  do {
    number();
    dominate();
  } while (cutIrreducible());
  countEntries();
  findLoops();
  price();
}
