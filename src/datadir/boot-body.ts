// A txn's body as servers take it apart (SerializeUtils.deserializeTxn over BinaryInputArchive): they trust the
// fields and not the end of the entry, and what they do where bytes are missing depends on how it shows.
import { TXN_HEADER_BYTES } from '../records/txn-header.js';

/**
 * `whole`: read. `short`: the entry ends first (EOFException), which servers take for the end of the file.
 * `null`: a vector that must be there is null, and servers stop (NullPointerException).
 */
export type BodyEnd = 'whole' | 'short' | 'null';

/** Fields of a body, one letter each: s string, b buffer, a list of ACLs, i int, l long, z boolean. */
const FIELDS: ReadonlyMap<number, string> = new Map([
  [-10, 'i'],
  [-1, 'i'],
  [1, 'sbaz'], // and an int, which a body of before 3.4 lacks
  [2, 's'],
  [5, 'sbi'],
  [7, 'sai'],
  [15, 'sbazi'],
  [16, 'sbi'],
  [19, 'sbai'],
  [20, 's'],
  [21, 'sbail'],
]);

/** Op codes that some release reads. */
export function isReadByAny(type: number): boolean {
  return FIELDS.has(type) || type === 14 || type === -11;
}

/** Walks bodies without decoding them. One object serves a whole log. */
export class BodyWalk {
  /**
   * A length that the last body claimed and that goes beyond its end, unsigned; 0 without one. Servers whose limit
   * is lower say "Unreasonable length"; to others the body is `short`.
   */
  claimed = 0;
  /** In a multi, op codes of the parts. */
  readonly parts: number[] = [];
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;

  /** Walks the body of the entry in `view[start, end)`, header included; its type must be one that is read by any. */
  walk(view: DataView, start: number, end: number, type: number): BodyEnd {
    this.#reset(view, start + TXN_HEADER_BYTES, end);
    this.parts.length = 0;
    if (type === 14) return this.#multi();
    // Only servers that read the list of a closeSession come here with it: `walkCloseSession`.
    if (type === -11) return 'whole';
    for (const field of FIELDS.get(type)!) if (!this.#field(field)) return 'short';
    return 'whole';
  }

  /**
   * Walks a closeSession as a list of paths. Where it is `short` servers that read one take it for a closeSession
   * without a list; `claimed` stops them all the same.
   */
  walkCloseSession(view: DataView, start: number, end: number): BodyEnd {
    this.#reset(view, start + TXN_HEADER_BYTES, end);
    const count = this.#int();
    if (count === null) return 'short';
    for (let i = 0; i < count; i++) if (!this.#bytes()) return 'short';
    return 'whole';
  }

  #reset(view: DataView, at: number, end: number): void {
    this.#view = view;
    this.#at = at;
    this.#end = end;
    this.claimed = 0;
  }

  #multi(): BodyEnd {
    const count = this.#int();
    if (count === null) return 'short';
    if (count === -1) return 'null';
    for (let i = 0; i < count; i++) {
      const type = this.#int();
      if (type === null || !this.#bytes()) return 'short';
      this.parts.push(type);
    }
    return 'whole';
  }

  #field(field: string): boolean {
    switch (field) {
      case 's':
      case 'b':
        return this.#bytes();
      case 'a':
        return this.#acls();
      case 'i':
        return this.#skip(4);
      case 'l':
        return this.#skip(8);
      default:
        return this.#skip(1);
    }
  }

  #acls(): boolean {
    const count = this.#int();
    if (count === null) return false;
    for (let i = 0; i < count; i++) {
      if (!this.#skip(4) || !this.#bytes() || !this.#bytes()) return false;
    }
    return true;
  }

  #bytes(): boolean {
    const length = this.#int();
    if (length === null) return false;
    if (length === -1) return true;
    if (length < 0 || length > this.#end - this.#at) this.claimed = length >>> 0;
    return length >= 0 && this.#skip(length);
  }

  #int(): number | null {
    if (this.#end - this.#at < 4) return null;
    const value = this.#view.getInt32(this.#at);
    this.#at += 4;
    return value;
  }

  #skip(count: number): boolean {
    if (this.#end - this.#at < count) return false;
    this.#at += count;
    return true;
  }
}
