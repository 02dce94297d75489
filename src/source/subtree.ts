// Finding one subtree among the records of a snapshot, without decoding paths.
import { bytesOf, type RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

const SLASH = 0x2f;

/** A znode and what is below it. */
export class Subtree {
  readonly #top: Buffer;

  constructor(top: RawText) {
    this.#top = bytesOf(top);
  }

  /** Levels below the top: 0 is the top itself; `most` for anything that deep or deeper; -1 outside. */
  depthOf({ buffer, pathStart, pathEnd }: ZnodeRecord, most: number): number {
    const top = this.#top;
    const rest = pathStart + top.length;
    if (rest > pathEnd || (rest < pathEnd && buffer[rest] !== SLASH)) return -1;
    // From the end, where paths differ.
    for (let i = top.length - 1; i >= 0; i--) if (top[i] !== buffer[pathStart + i]) return -1;
    let depth = 0;
    for (let i = rest; i < pathEnd && depth < most; i++) if (buffer[i] === SLASH) depth++;
    return depth;
  }
}

/** Of these znodes those at or below `under`; without it all. */
export function* below(znodes: Iterable<Znode>, under: RawText | undefined): Generator<Znode> {
  for (const znode of znodes) {
    if (under === undefined || znode.path === under || znode.path.startsWith(`${under}/`)) yield znode;
  }
}
