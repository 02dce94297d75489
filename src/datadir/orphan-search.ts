// The first znode of a snapshot whose parent does not stand before it. Servers read a file up to there.
//
// Servers write a znode directly behind its parent or behind a descendant of it, so the parent is nearly always the
// znode before or above that one. Where it is not, it is looked for in a second reading, many at a time: memory is
// bounded, whatever the order of the file is.
import type { RawText } from '../jute/raw-text.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { parentPath } from '../tree/paths.js';

/** A znode without its parent. */
export interface Orphan {
  readonly path: RawText;
  readonly parent: RawText;
  /** Offset of its record, in bytes. */
  readonly offset: number;
}

const BATCH = 50_000;
/** Characters of their paths, at most. */
const BATCH_CHARS = 8 * 1024 * 1024;
const SLASH = 0x2f;

/** Takes the znodes of a file one by one. */
export class OrphanSearch {
  readonly #file: string;
  /** Path of the last znode. */
  #last = Buffer.alloc(256);
  /** -1 before the first. */
  #lastLength = -1;
  /** Znodes whose parent was not where it should be. */
  #doubtful: Orphan[] = [];
  #chars = 0;
  #found: Orphan | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** Takes the next znode; false once an orphan is known. */
  add(znode: ZnodeRecord): boolean {
    const { buffer, pathStart, pathEnd } = znode;
    if (!this.#followsLast(buffer, pathStart, pathEnd)) {
      const { path, offset } = znode;
      this.#doubtful.push({ path, parent: parentPath(path), offset });
      this.#chars += path.length;
      if (this.#doubtful.length === BATCH || this.#chars > BATCH_CHARS) this.#lookUp();
    }
    const length = pathEnd - pathStart;
    if (length > this.#last.length) this.#last = Buffer.alloc(2 * length);
    buffer.copy(this.#last, 0, pathStart, pathEnd);
    this.#lastLength = length;
    return this.#found === null;
  }

  /** The first orphan among those taken; null without one. */
  first(): Orphan | null {
    this.#lookUp();
    return this.#found;
  }

  // True where the parent of the path is the last path or above it.
  #followsLast(buffer: Buffer, start: number, end: number): boolean {
    if (start === end) return true; // the root
    const slash = buffer.lastIndexOf(SLASH, end - 1);
    const length = slash - start;
    const last = this.#last;
    if (length > this.#lastLength) return false;
    if (length < this.#lastLength && last[length] !== SLASH) return false;
    return buffer.compare(last, 0, length, start, slash) === 0;
  }

  // Reads the file again up to the last doubtful znode.
  #lookUp(): void {
    const doubtful = this.#doubtful;
    if (doubtful.length === 0 || this.#found !== null) return;
    this.#doubtful = [];
    this.#chars = 0;
    const wanted = new Set(doubtful.map(({ parent }) => parent));
    const seen = new Set<RawText>();
    const reader = openSnapshot(this.#file);
    let next = 0;
    try {
      for (const znode of reader.znodes()) {
        if (next < doubtful.length && znode.offset === doubtful[next]!.offset) {
          if (!seen.has(doubtful[next]!.parent)) {
            this.#found = doubtful[next]!;
            return;
          }
          if (++next === doubtful.length) return;
        }
        const { path } = znode;
        if (wanted.has(path)) seen.add(path);
      }
    } finally {
      reader.close();
    }
  }
}
