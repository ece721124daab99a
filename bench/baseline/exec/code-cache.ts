import { dropFetchAddresses, dropWriteAddresses } from '../mmu/drop.js';
import type { Vm } from '../vm/vm.js';
import { CodePage } from './code-page.js';

/** Pages of decoded code at most: 8 MiB of guest code; the oldest make room. */
const MOST = 2048;

/** A VM's decoded code, a page for each RAM page that was executed. */
export class CodeCache {
  readonly #vm: Vm;
  /** By number; number 0 is for an instruction that no page can hold. */
  readonly pages: CodePage[] = [new CodePage(0)];
  /** Number of each RAM page's code, 0 for none. */
  readonly #numbers: Uint16Array;
  #next = 1;

  constructor(vm: Vm) {
    this.#vm = vm;
    this.#numbers = new Uint16Array(vm.ramPages);
  }

  /** The page that holds a single instruction: one that straddles two pages, or that PMP covers in part. */
  get scratch(): CodePage {
    return this.pages[0] as CodePage;
  }

  /** The code page of a RAM page, made (and another evicted) if need be. */
  of(page: number): CodePage {
    const number = this.#numbers[page];
    return number === 0 ? this.#make(page) : (this.pages[number] as CodePage);
  }

  #make(page: number): CodePage {
    const number = this.#next;
    this.#next = number === MOST ? 1 : number + 1;
    let code = this.pages[number];
    if (code === undefined) {
      code = new CodePage(number);
      this.pages.push(code);
    } else {
      dropFetchAddresses(this.#vm, code.page);
      this.#numbers[code.page] = 0;
      code.clear();
    }
    code.page = page;
    this.#numbers[page] = number;
    return code;
  }

  /** Notes that a halfword was decoded; stores into its page go the slow way from then on. */
  mark(code: CodePage, offset: number): void {
    if (code.mark(offset)) dropWriteAddresses(this.#vm, code.page);
  }

  /** Whether anything decoded from a RAM page is kept. */
  hasLines(page: number): boolean {
    const number = this.#numbers[page];
    return number !== 0 && (this.pages[number] as CodePage).hasLines;
  }

  /** Drops what was decoded from `bytes` bytes at `offset` of a RAM page. */
  drop(page: number, offset: number, bytes: number): void {
    const number = this.#numbers[page];
    if (number !== 0) (this.pages[number] as CodePage).drop(offset, bytes);
  }
}
