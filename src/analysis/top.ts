// top: what was busiest in a stretch of history.
import type { RawText } from '../jute/raw-text.js';
import { errorName } from '../records/op-code.js';
import { formatHex } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { BestRows } from './best-rows.js';
import { serverOf } from './log-query.js';
import type { OpPart } from './op-row.js';
import { fromTxn, parentOf, pathBase64, ROOT, shownPath } from './paths.js';
import { PatternTree } from './pattern-tree.js';
import { addSums, type Sums, sumsOf } from './sums.js';
import { Tally } from './tally.js';
import { TimeBuckets, type TimeLine } from './time-buckets.js';

/** What ops can be put together by. */
export const TOP_KEYS = ['type', 'pattern', 'path', 'parent', 'session', 'server', 'error'] as const;
export type TopKey = (typeof TOP_KEYS)[number];

/** What rows can be sorted by, most first. */
export const TOP_ORDERS = ['ops', 'bytes', 'creates', 'deletes', 'growth', 'failed'] as const;
export type TopOrder = (typeof TOP_ORDERS)[number];

/** A row of `top`: what it stands for, and the sums of the ops there. */
export interface TopRow extends Sums {
  readonly by: TopKey;
  readonly type?: string;
  readonly pattern?: string;
  /** Of a path or, by parent, of the parent. */
  readonly path?: string;
  readonly pathBase64?: string | undefined;
  /** By pattern and by parent: different paths that ops named. */
  readonly paths?: number;
  readonly session?: bigint;
  /** By server, and by session: top byte of the session id. */
  readonly server?: number;
  /** KeeperException code; null where the log does not say which. */
  readonly error?: number | null;
  readonly errorName?: string | null;
  /** Creates minus deletes; by parent this is how many children came to it. */
  readonly growth: number;
}

/** The rows that rank highest. */
export interface TopRows {
  readonly rows: readonly TopRow[];
  /** How many there are in all. */
  readonly count: number;
}

/** What was counted in all. */
export interface TopTotals {
  readonly txns: number;
  readonly sums: Sums;
  readonly sessionsCreated: number;
  readonly sessionsClosed: number;
  /** closeSessions that list no deletes (before 3.6, or switched off): what they deleted is counted nowhere. */
  readonly unlistedCloses: number;
}

/** Paths that are kept apart before what varies is put together, which has to be seen among its siblings. */
const MOST_LOOSE = 20_000;

/** An error without a code. */
const NO_CODE = 'none' as RawText;

/** Counts ops, in one pass and with bounded memory (`tally.ts`). */
export class TopCounter {
  readonly #tallies = new Map<TopKey, Tally>();
  readonly #paths: Tally | null;
  readonly #time = new TimeBuckets();
  #sums: Sums | null = null;
  #txns = 0;
  #lastZxid: bigint | null = null;
  #sessionsCreated = 0;
  #sessionsClosed = 0;
  #unlistedCloses = 0;

  /** `keys` are those that rows will be asked for. */
  constructor(keys: Iterable<TopKey>) {
    let paths: Tally | null = null;
    for (const key of keys) {
      if (key === 'path' || key === 'pattern' || key === 'parent') paths ??= new Tally();
      else this.#tallies.set(key, new Tally());
    }
    this.#paths = paths;
  }

  /** Counts one op. Those of one txn come one after the other. */
  add(logged: LoggedTxn, part: OpPart): void {
    const { header } = logged.txn;
    const { op } = part;
    const sums = sumsOf(header, part);
    if (header.zxid !== this.#lastZxid) this.#txns++;
    this.#lastZxid = header.zxid;
    this.#sums = this.#sums === null ? sums : addSums(this.#sums, sums);
    const sessionsCreated = op.op === 'createSession' ? 1 : 0;
    const sessionsClosed = op.op === 'closeSession' ? 1 : 0;
    this.#sessionsCreated += sessionsCreated;
    this.#sessionsClosed += sessionsClosed;
    if (op.op === 'closeSession' && op.paths2Delete === null) this.#unlistedCloses++;
    const { ops, failed, bytes } = sums;
    this.#time.add(header.time, { ops, failed, bytes, sessionsCreated, sessionsClosed });
    this.#tallies.get('type')?.add(op.op as string as RawText, sums);
    this.#tallies.get('session')?.add(formatHex(header.clientId) as RawText, sums);
    this.#tallies.get('server')?.add(String(serverOf(header.clientId)) as RawText, sums);
    if (op.op === 'error')
      this.#tallies.get('error')?.add(op.err === null ? NO_CODE : (String(op.err) as RawText), sums);
    if (this.#paths !== null && 'path' in op && op.path !== null) this.#paths.add(fromTxn(op.path), sums);
  }

  /** What was counted in all; null where there was no op. */
  get totals(): TopTotals | null {
    if (this.#sums === null) return null;
    return {
      txns: this.#txns,
      sums: this.#sums,
      sessionsCreated: this.#sessionsCreated,
      sessionsClosed: this.#sessionsClosed,
      unlistedCloses: this.#unlistedCloses,
    };
  }

  /** Ops by time, in at most `most` stretches of equal length. */
  timeLine(most: number): TimeLine | null {
    return this.#time.line(most);
  }

  /**
   * The `limit` first rows of each key, by the order for it; 0 for all. To be called once. Rows of equal rank come in
   * the order of their names.
   */
  rows(orders: ReadonlyMap<TopKey, TopOrder>, limit: number): ReadonlyMap<TopKey, TopRows> {
    const best = new Map(
      [...orders].map(([key, order]) => [key, new BestRows(byOrder(order), limit)] as const),
    );
    for (const [key, tally] of this.#tallies) {
      for (const { key: name, sums } of tally.rows()) best.get(key)?.add(rowOf(key, name, sums));
    }
    this.#addPaths(best);
    return new Map([...best].map(([key, rows]) => [key, { rows: rows.sorted(), count: rows.count }]));
  }

  #addPaths(best: ReadonlyMap<TopKey, BestRows<TopRow>>): void {
    if (this.#paths === null) return;
    const parents = best.has('parent') ? new Tally() : null;
    const patterns = best.has('pattern') ? new Patterns() : null;
    for (const { key: path, sums } of this.#paths.rows()) {
      best.get('path')?.add(rowOf('path', path, sums));
      if (path !== ROOT) parents?.add(parentOf(path), sums);
      patterns?.add(path, sums);
    }
    if (parents !== null) {
      for (const { key: path, sums } of parents.rows()) best.get('parent')!.add(rowOf('parent', path, sums));
    }
    for (const { pattern, weight } of patterns?.rows() ?? []) {
      const { paths, sums } = weight;
      best.get('pattern')!.add({ by: 'pattern', pattern, paths, growth: growthOf(sums), ...sums });
    }
  }

  /** Removes temporary files. */
  close(): void {
    for (const tally of this.#tallies.values()) tally.close();
    this.#paths?.close();
  }
}

interface PathSums {
  readonly paths: number;
  readonly sums: Sums;
}

function pathSums(a: PathSums, b: PathSums): PathSums {
  return { paths: a.paths + b.paths, sums: addSums(a.sums, b.sums) };
}

/** Paths by pattern, in memory that grows with the patterns. */
class Patterns {
  readonly #top = new PatternTree<PathSums>(pathSums);
  #loose = 0;

  add(path: RawText, sums: Sums): void {
    let tree = this.#top;
    const names = path === ROOT ? [] : shownPath(path).slice(1).split('/');
    for (const name of names) tree = tree.child(name);
    tree.weigh({ paths: 1, sums });
    if (++this.#loose < MOST_LOOSE) return;
    this.#top.collapseAll();
    this.#loose = 0;
  }

  rows(): Iterable<{ readonly pattern: string; readonly weight: PathSums }> {
    this.#top.collapseAll();
    return this.#top.weighed('/');
  }
}

function growthOf({ creates, deletes }: Sums): number {
  return creates - deletes;
}

function rowOf(by: TopKey, key: RawText, sums: Sums): TopRow {
  return { by, ...nameOf(by, key), growth: growthOf(sums), ...sums };
}

function nameOf(by: TopKey, key: RawText): Partial<TopRow> {
  switch (by) {
    case 'path':
    case 'parent':
      return { path: shownPath(key), pathBase64: pathBase64(key) };
    case 'session': {
      const session = BigInt.asIntN(64, BigInt(key));
      return { session, server: serverOf(session) };
    }
    case 'server':
      return { server: Number(key) };
    case 'error':
      return key === NO_CODE
        ? { error: null, errorName: null }
        : { error: Number(key), errorName: errorName(Number(key)) };
    case 'type':
      return { type: key };
    case 'pattern':
      return { pattern: key };
  }
}

function byOrder(order: TopOrder): (a: TopRow, b: TopRow) => number {
  return (a, b) => b[order] - a[order] || (textOf(a) < textOf(b) ? -1 : 1);
}

function textOf({ path, pattern, type, session, server, error }: TopRow): string {
  return path ?? pattern ?? type ?? String(session ?? server ?? error).padStart(20, '0');
}
