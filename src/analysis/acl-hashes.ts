// The hash of each ACL list of a snapshot by its key, for keys are private to a snapshot and lists are not.
import { isAscii } from 'node:buffer';
import type { AclRecord } from '../snapshot/acl-record.js';
import { type HashKey, KeyedHash } from './keyed-hash.js';

/** As a server encodes the list that key -1 stands for: all perms for world:anyone. */
const OPEN_LIST = Buffer.from([
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  31,
  0,
  0,
  0,
  5,
  ...Buffer.from('world'),
  0,
  0,
  0,
  6,
  ...Buffer.from('anyone'),
]);
/** Lists that are held; snapshots with more are compared in another way. */
const MOST = 4_000_000;

/** Keys to hashes of lists. */
export class AclHashes {
  readonly #numbers = new Map<number, number>();
  #first = new Int32Array(64);
  #second = new Int32Array(64);
  #isUsual = true;
  // Most znodes have the ACL of the one before.
  #lastHigh = 0;
  #lastLow = 0;
  #last = -1;

  constructor(table: Iterable<AclRecord>, key: HashKey) {
    const hash = new KeyedHash(key);
    this.#add(hash, -1, OPEN_LIST);
    for (const { key: number, bytes } of table) {
      // Servers count keys up from 1; of two with one key the last would count. Texts that are no ASCII can be equal
      // in other bytes.
      const isUsual = number >= 1n && number <= 0xffff_ffffn && this.#numbers.size <= MOST && isAscii(bytes);
      if (!isUsual) this.#isUsual = false;
      else this.#isUsual &&= this.#add(hash, Number(number), bytes);
    }
  }

  /** Hashes the list of the key that stands at `at`; false where there is none, or keys are not as servers make them. */
  hash(view: DataView, at: number, into: KeyedHash): boolean {
    const high = view.getInt32(at);
    const low = view.getInt32(at + 4);
    if (this.#last < 0 || high !== this.#lastHigh || low !== this.#lastLow) {
      const key = high === 0 ? low >>> 0 : high === -1 && low === -1 ? -1 : -2;
      const number = this.#isUsual ? this.#numbers.get(key) : undefined;
      if (number === undefined) return false;
      this.#lastHigh = high;
      this.#lastLow = low;
      this.#last = number;
    }
    into.words(this.#first[this.#last]!, this.#second[this.#last]!);
    return true;
  }

  #add(hash: KeyedHash, key: number, bytes: Buffer): boolean {
    if (this.#numbers.has(key)) return false;
    hash.begin(bytes.length);
    hash.bytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    hash.end();
    const number = this.#numbers.size;
    if (number === this.#first.length) {
      this.#first = doubled(this.#first);
      this.#second = doubled(this.#second);
    }
    this.#first[number] = hash.first;
    this.#second[number] = hash.second;
    this.#numbers.set(key, number);
    return true;
  }
}

function doubled(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
