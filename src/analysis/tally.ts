// Sums by key, where keys can be more than memory holds.
//
// Up to MOST_KEYS keys are counted in memory. When there are more, what was counted so far goes to temporary files by
// a hash of the key, and counting begins anew; at the end one file after the other is added up. So sums are exact
// whatever the number of keys, and memory is MOST_KEYS keys (or a 64th of all, where that is more).
import type { RawText } from '../jute/raw-text.js';
import { KeyFiles } from './key-files.js';
import { PackedRows } from './packed-rows.js';
import type { Sums } from './sums.js';

/** Sums under their key. */
export interface Tallied {
  /** A character a byte. */
  readonly key: RawText;
  readonly sums: Sums;
}

/** 256 K paths take about 130 MB (2026-11). */
const MOST_KEYS = 1 << 18;

const COUNTS = ['ops', 'creates', 'deletes', 'setData', 'setACL', 'failed', 'bytes'] as const;
const EDGES = ['firstTime', 'lastTime', 'firstZxid', 'lastZxid'] as const;
type Rows = PackedRows<(typeof EDGES)[number], (typeof COUNTS)[number]>;

/** Sums by key, exact however many keys there are. */
export class Tally {
  readonly #mostKeys: number;
  readonly #keys = new Map<RawText, number>();
  readonly #rows: Rows = new PackedRows(EDGES, COUNTS);
  #files: KeyFiles | null = null;

  /** `mostKeys` is for tests. */
  constructor(mostKeys = MOST_KEYS) {
    this.#mostKeys = mostKeys;
  }

  /** Adds sums to those of a key. */
  add(key: RawText, sums: Sums): void {
    const row = this.#keys.get(key);
    if (row !== undefined) this.#addTo(row, sums);
    else this.#setNew(key, sums);
  }

  /** Every key with its sums, in no order; to be read once, and nothing is added after it. */
  *rows(): Generator<Tallied> {
    const files = this.#files;
    if (files === null) {
      yield* this.#ownRows();
      return;
    }
    try {
      this.#spill();
      const one: Rows = new PackedRows(EDGES, COUNTS);
      one.push();
      for (let part = 0; part < files.count; part++) {
        const tally = new Tally(Number.POSITIVE_INFINITY);
        for (const { key, row } of files.read(part)) {
          one.setBytes(0, row);
          tally.add(key, sumsOf(one, 0));
        }
        yield* tally.#ownRows();
      }
    } finally {
      this.close();
    }
  }

  /** Removes temporary files. */
  close(): void {
    this.#files?.remove();
    this.#files = null;
  }

  *#ownRows(): Generator<Tallied> {
    for (const [key, row] of this.#keys) yield { key, sums: sumsOf(this.#rows, row) };
  }

  #setNew(key: RawText, sums: Sums): void {
    if (this.#keys.size >= this.#mostKeys) this.#spill();
    const row = this.#rows.push();
    this.#keys.set(key, row);
    for (const name of COUNTS) this.#rows.setNumber(row, name, sums[name]);
    for (const name of EDGES) this.#rows.setBigint(row, name, sums[name]);
  }

  #addTo(row: number, sums: Sums): void {
    const rows = this.#rows;
    for (const name of COUNTS) if (sums[name] !== 0) rows.add(row, name, sums[name]);
    if (sums.firstTime < rows.bigint(row, 'firstTime')) rows.setBigint(row, 'firstTime', sums.firstTime);
    if (sums.lastTime > rows.bigint(row, 'lastTime')) rows.setBigint(row, 'lastTime', sums.lastTime);
    if (sums.firstZxid < rows.bigint(row, 'firstZxid')) rows.setBigint(row, 'firstZxid', sums.firstZxid);
    if (sums.lastZxid > rows.bigint(row, 'lastZxid')) rows.setBigint(row, 'lastZxid', sums.lastZxid);
  }

  #spill(): void {
    this.#files ??= new KeyFiles(this.#rows.rowBytes);
    for (const [key, row] of this.#keys) this.#files.write(key, this.#rows.bytes(row));
    this.#keys.clear();
    this.#rows.clear();
  }
}

// Field by field: this is once a key.
function sumsOf(rows: Rows, row: number): Sums {
  return {
    ops: rows.number(row, 'ops'),
    creates: rows.number(row, 'creates'),
    deletes: rows.number(row, 'deletes'),
    setData: rows.number(row, 'setData'),
    setACL: rows.number(row, 'setACL'),
    failed: rows.number(row, 'failed'),
    bytes: rows.number(row, 'bytes'),
    firstTime: rows.bigint(row, 'firstTime'),
    lastTime: rows.bigint(row, 'lastTime'),
    firstZxid: rows.bigint(row, 'firstZxid'),
    lastZxid: rows.bigint(row, 'lastZxid'),
  };
}
