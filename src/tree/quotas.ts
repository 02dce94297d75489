// Quotas: state that changes without txns (DataTree.updateQuotaStat, updateQuotaForPath, setupQuota).
//
// A limits znode makes its path limited. The stats znode beside it is counted anew when it is created and when a
// server loads a snapshot; from then on each change below the path adds to it, where paths are nested to the
// innermost only.
import type { RawText } from '../jute/raw-text.js';
import { parentPath } from './paths.js';
import { limitedByLimits, limitedByStats, statsPath } from './quota-paths.js';
import { formatQuotaStats, parseQuotaStats } from './quota-stats.js';

/** Where the stats znodes are: their data, as text. */
export interface StatsZnodes {
  /** Undefined where there is no such znode. */
  read(path: RawText): string | null | undefined;
  write(path: RawText, data: string): void;
}

interface Limited {
  isRegistered: boolean;
  /** All znodes from the path down, the path included, and their data. */
  count: number;
  bytes: number;
}

/** The limited paths of a tree, and what is below them. */
export class Quotas {
  readonly #limited = new Map<RawText, Limited>();
  readonly #nested = new Set<RawText>();
  readonly #znodes: StatsZnodes;

  constructor(znodes: StatsZnodes) {
    this.#znodes = znodes;
  }

  /** Paths that are limited or will be. Only what is below these is counted. */
  follow(limited: RawText): void {
    if (limited !== '' && !this.#limited.has(limited)) {
      this.#limited.set(limited, { isRegistered: false, count: 0, bytes: 0 });
    }
  }

  get isEmpty(): boolean {
    return this.#limited.size === 0;
  }

  /** The outermost paths that are followed: what is counted is at or below one of them. */
  get roots(): RawText[] {
    const paths = [...this.#limited.keys()];
    return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
  }

  /** Counts a znode of the base. */
  countBase(path: RawText, bytes: number): void {
    this.#count(path, 1, bytes);
  }

  /** Ends the loading of the base: `limits` are its limits znodes, whose stats a server now counts anew. */
  load(limits: Iterable<RawText>): void {
    for (const path of limits) {
      const limited = limitedByLimits(path)!;
      this.#recount(limited);
      this.#register(limited, true);
    }
  }

  /** A znode was created. */
  created(path: RawText, bytes: number): void {
    if (this.isEmpty) return;
    this.#count(path, 1, bytes);
    const limits = limitedByLimits(path);
    if (limits !== null) this.#register(limits, true);
    const stats = limitedByStats(path);
    if (stats !== null) this.#recount(stats);
    this.#add(path, 1, bytes);
  }

  /** A znode was deleted. */
  deleted(path: RawText, bytes: number): void {
    if (this.isEmpty) return;
    this.#count(path, -1, -bytes);
    const limits = limitedByLimits(path);
    if (limits !== null) this.#register(limits, false);
    this.#add(path, -1, -bytes);
  }

  /** A znode's data was changed by `bytes` bytes. */
  resized(path: RawText, bytes: number): void {
    if (this.isEmpty) return;
    this.#count(path, 0, bytes);
    this.#add(path, 0, bytes);
  }

  /** Limited paths that had another limited path below them since the base: see Replay.doubtfulQuotas. */
  get nested(): ReadonlySet<RawText> {
    return this.#nested;
  }

  #register(limited: RawText, isRegistered: boolean): void {
    const known = this.#limited.get(limited);
    if (known === undefined) return;
    known.isRegistered = isRegistered;
    if (!isRegistered) return;
    const outer = this.#innermost(parentPath(limited));
    if (outer !== null) this.#nested.add(outer);
    for (const [path, { isRegistered: isInner }] of this.#limited) {
      if (isInner && path.startsWith(`${limited}/`)) this.#nested.add(limited);
    }
  }

  #recount(limited: RawText): void {
    const known = this.#limited.get(limited);
    const path = statsPath(limited);
    if (known === undefined || this.#znodes.read(path) === undefined) return;
    this.#znodes.write(path, formatQuotaStats(known));
  }

  #count(path: RawText, count: number, bytes: number): void {
    for (let at = path; at !== ''; at = parentPath(at)) {
      const known = this.#limited.get(at);
      if (known === undefined) continue;
      known.count += count;
      known.bytes += bytes;
    }
  }

  #add(path: RawText, count: number, bytes: number): void {
    const limited = this.#innermost(path);
    if (limited === null) return;
    const stats = statsPath(limited);
    const text = this.#znodes.read(stats);
    if (text === undefined) return;
    const old = parseQuotaStats(text);
    this.#znodes.write(stats, formatQuotaStats({ count: old.count + count, bytes: old.bytes + bytes }));
  }

  #innermost(path: RawText): RawText | null {
    for (let at = path; at !== ''; at = parentPath(at)) if (this.#limited.get(at)?.isRegistered) return at;
    return null;
  }
}
