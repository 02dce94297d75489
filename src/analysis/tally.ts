// Sums by key, where keys can be more than memory holds.
//
// Up to MOST_KEYS keys are counted in memory. When there are more, what was counted so far goes to temporary files by
// a hash of the key, and counting begins anew; at the end one file after the other is added up. So sums are exact
// whatever the number of keys, and memory is MOST_KEYS keys (or a 64th of all, where that is more).
import type { RawText } from '../jute/raw-text.js';
import { KeyFiles } from './key-files.js';
import type { Sums } from './sums.js';

/** Sums under their key. */
export interface Tallied {
  /** A character a byte. */
  readonly key: RawText;
  readonly sums: Sums;
}

/** 256 K paths take about 130 MB (2026-11). */
const MOST_KEYS = 1 << 18;

/** Where the sums of a key lie in its row: doubles, then 64 bit integers. */
const COUNTS = ['ops', 'creates', 'deletes', 'setData', 'setACL', 'failed', 'bytes'] as const;
const EDGES = ['firstTime', 'lastTime', 'firstZxid', 'lastZxid'] as const;
const FIRST_EDGE = 8 * COUNTS.length;
const ROW_BYTES = FIRST_EDGE + 8 * EDGES.length;

/** Sums by key, exact however many keys there are. */
export class Tally {
  readonly #mostKeys: number;
  readonly #slots = new Map<RawText, number>();
  #rows = Buffer.alloc(64 * ROW_BYTES);
  #view = viewOf(this.#rows);
  #files: KeyFiles | null = null;

  /** `mostKeys` is for tests. */
  constructor(mostKeys = MOST_KEYS) {
    this.#mostKeys = mostKeys;
  }

  /** Adds sums to those of a key. */
  add(key: RawText, sums: Sums): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#addTo(slot * ROW_BYTES, sums);
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
      for (let part = 0; part < files.count; part++) {
        const tally = new Tally(Number.POSITIVE_INFINITY);
        for (const { key, row } of files.read(part)) tally.add(key, sumsAt(viewOf(row), 0));
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
    for (const [key, slot] of this.#slots) yield { key, sums: sumsAt(this.#view, slot * ROW_BYTES) };
  }

  #setNew(key: RawText, sums: Sums): void {
    if (this.#slots.size >= this.#mostKeys) this.#spill();
    const at = this.#slots.size * ROW_BYTES;
    if (at === this.#rows.length) this.#grow();
    this.#slots.set(key, this.#slots.size);
    COUNTS.forEach((name, i) => {
      this.#view.setFloat64(at + 8 * i, sums[name]);
    });
    EDGES.forEach((name, i) => {
      this.#view.setBigInt64(at + FIRST_EDGE + 8 * i, sums[name]);
    });
  }

  #addTo(at: number, sums: Sums): void {
    const view = this.#view;
    for (let i = 0; i < COUNTS.length; i++) {
      const more = sums[COUNTS[i]!];
      if (more !== 0) view.setFloat64(at + 8 * i, view.getFloat64(at + 8 * i) + more);
    }
    const edge = at + FIRST_EDGE;
    if (sums.firstTime < view.getBigInt64(edge)) view.setBigInt64(edge, sums.firstTime);
    if (sums.lastTime > view.getBigInt64(edge + 8)) view.setBigInt64(edge + 8, sums.lastTime);
    if (sums.firstZxid < view.getBigInt64(edge + 16)) view.setBigInt64(edge + 16, sums.firstZxid);
    if (sums.lastZxid > view.getBigInt64(edge + 24)) view.setBigInt64(edge + 24, sums.lastZxid);
  }

  #grow(): void {
    this.#rows = Buffer.concat([this.#rows], 2 * this.#rows.length);
    this.#view = viewOf(this.#rows);
  }

  #spill(): void {
    this.#files ??= new KeyFiles(ROW_BYTES);
    for (const [key, slot] of this.#slots) {
      this.#files.write(key, this.#rows.subarray(slot * ROW_BYTES, (slot + 1) * ROW_BYTES));
    }
    this.#slots.clear();
  }
}

function viewOf(rows: Buffer): DataView {
  return new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
}

function sumsAt(view: DataView, at: number): Sums {
  const count = (i: number) => view.getFloat64(at + 8 * i);
  const edge = (i: number) => view.getBigInt64(at + FIRST_EDGE + 8 * i);
  return {
    ops: count(0),
    creates: count(1),
    deletes: count(2),
    setData: count(3),
    setACL: count(4),
    failed: count(5),
    bytes: count(6),
    firstTime: edge(0),
    lastTime: edge(1),
    firstZxid: edge(2),
    lastZxid: edge(3),
  };
}
