// Whether a condition in SQL holds, along a replay: the tree is kept in a database beside it.
//
// To ask after every txn can take hours where an answer takes long. So the first answer is timed, and where asking every
// time would take more than BUDGET_MS, it is asked every N txns only; where the answer differs between two of them, the
// txn is found by halves. That finds a change for certain, but not one that was undone before the next question.
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import type { BaseZnodes } from '../source/replay-runs.js';
import { TreeDatabase, type TreeRow } from '../store/tree-database.js';
import type { Exactness } from '../tree/exactness.js';
import type { Overlay } from '../tree/overlay.js';
import type { Replay, ReplayStep } from '../tree/replay.js';
import { aclRows, aclText } from './acl-row.js';
import { touchedZnodes } from './touched-znodes.js';
import { type TakenStep, type TruthChange, type TruthFollower, type TxnFacts, txnFacts } from './truth.js';

/** Milliseconds that all answers together may take, about. */
const BUDGET_MS = 20_000;
/** Txns at whose end at the latest is asked, for what they did is kept until then. */
const MOST_TXNS = 4096;

/** What a txn did to the tree. */
interface Change {
  readonly txn: TxnFacts;
  readonly before: Zxid;
  readonly rows: readonly TreeRow[];
  readonly removed: readonly RawText[];
  readonly session: { readonly id: bigint; readonly timeout: number | null } | null;
}

const UNKNOWN: Exactness = { label: 'unproven', reason: 'it was not judged' };

/** Follows a condition in SQL. */
export class SqlTruth implements TruthFollower {
  /** The condition is asked every so many txns that change anything. */
  every = 1;
  readonly #database = new TreeDatabase();
  readonly #replay: Replay;
  readonly #base: BaseZnodes;
  readonly #forced: number | null;
  readonly #passed = new Set<RawText>();
  #waiting: Change[] = [];
  #changes: TruthChange[] = [];
  #holds = false;
  #labelBefore: Exactness = UNKNOWN;
  #label: () => Exactness = () => UNKNOWN;

  /** `replay` has not applied a txn yet. With `every` the condition is asked so often, however long it takes. */
  constructor(statement: string, replay: Replay, base: BaseZnodes, every: number | null) {
    this.#replay = replay;
    this.#base = base;
    this.#forced = every;
    // Before anything is loaded, so that a mistake is told at once.
    this.#database.ask(statement);
  }

  pass(step: ReplayStep): void {
    for (const { path } of touchedZnodes(step)) this.#passed.add(path);
  }

  begin(label: Exactness): boolean {
    this.#labelBefore = label;
    const database = this.#database;
    for (const { path, data = null, acl, stat } of this.#base.all()) {
      database.put({ path, data, acl: aclText(aclRows(acl)), stat });
    }
    // A new tree is in the replay alone.
    for (const { path } of this.#replay.overlay.created()) this.#passed.add(path);
    for (const path of this.#passed) apply(database, changeOf(path, this.#replay.overlay));
    for (const [id, timeout] of this.#replay.sessions) database.putSession(id, timeout);
    const before = performance.now();
    this.#holds = database.holds();
    const each = performance.now() - before;
    this.every = this.#forced ?? everyFor(each, this.#replay.total - this.#replay.applied);
    return this.#holds;
  }

  take({ step, before, label }: TakenStep): void {
    this.#label = label;
    const change = this.#changeOf(step, before);
    if (change === null) return;
    this.#waiting.push(change);
    if (this.#waiting.length >= this.every) this.#ask();
  }

  changes(atEnd: boolean): readonly TruthChange[] {
    if (atEnd) this.#ask();
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  close(): void {
    this.#database.close();
  }

  #changeOf(step: ReplayStep, before: Zxid): Change | null {
    const rows: TreeRow[] = [];
    const removed: RawText[] = [];
    const seen = new Set<RawText>();
    for (const { path } of touchedZnodes(step)) {
      if (seen.has(path)) continue;
      seen.add(path);
      const now = changeOf(path, this.#replay.overlay);
      if (now === null) continue;
      if ('stat' in now) rows.push(now);
      else removed.push(now.path);
    }
    const { op, header } = step.logged.txn;
    const isSession = op.op === 'createSession' || op.op === 'closeSession';
    if (rows.length === 0 && removed.length === 0 && !isSession) return null;
    const timeout = op.op === 'createSession' ? op.timeOut : null;
    const session = isSession ? { id: header.clientId, timeout } : null;
    return { txn: txnFacts(step), before, rows, removed, session };
  }

  /** Applies what waits, and finds where the answer changed. */
  #ask(): void {
    let waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    // A tree between two that are exact is exact.
    const [before, after] = [this.#labelBefore, this.#label()];
    const label = before.label === 'exact' ? after : before;
    this.#labelBefore = after;
    while (waiting.length > 0) {
      const at = this.#firstChange(waiting);
      if (at === null) return;
      this.#holds = !this.#holds;
      const { txn, before: zxid } = waiting[at]!;
      this.#changes.push({ holds: this.#holds, txn, before: zxid, label });
      waiting = waiting.slice(at + 1);
    }
  }

  /** Index of the change after which the answer is another, all up to it being applied; null, and all are. */
  #firstChange(changes: readonly Change[]): number | null {
    const database = this.#database;
    const holdsAfter = (from: number, to: number): boolean => {
      for (const change of changes.slice(from, to)) applyAll(database, change);
      return database.holds();
    };
    if (changes.length > 1) database.mark();
    const isAnother = holdsAfter(0, changes.length) !== this.#holds;
    if (changes.length === 1) return isAnother ? 0 : null;
    if (!isAnother) {
      database.keep();
      return null;
    }
    database.goBack();
    // Behind `low` the answer is the old one, and so many are applied; behind `high` it is another.
    let [low, high] = [0, changes.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      database.mark();
      if (holdsAfter(low, middle) === this.#holds) {
        database.keep();
        low = middle;
      } else {
        database.goBack();
        high = middle;
      }
    }
    applyAll(database, changes[low]!);
    return low;
  }
}

/** How seldom to ask, where one answer takes `each` milliseconds. */
function everyFor(each: number, txns: number): number {
  return Math.min(Math.max(Math.ceil((each * txns) / BUDGET_MS), 1), MOST_TXNS);
}

/** What became of a path since the base; null where nothing did. */
function changeOf(path: RawText, overlay: Overlay): TreeRow | { readonly path: RawText } | null {
  const isThere = overlay.exists(path);
  if (isThere === null) return null;
  const now = overlay.lookup(path);
  if (now.state !== 'changed') return { path };
  const acl = now.acl === undefined ? undefined : aclText(aclRows(now.acl));
  return { path, stat: now.stat, data: now.hasNewData ? (now.data ?? null) : undefined, acl };
}

function apply(database: TreeDatabase, change: TreeRow | { readonly path: RawText } | null): void {
  if (change === null) return;
  if ('stat' in change) database.put(change);
  else database.remove(change.path);
}

function applyAll(database: TreeDatabase, { rows, removed, session }: Change): void {
  for (const path of removed) database.remove(path);
  for (const row of rows) database.put(row);
  if (session === null) return;
  if (session.timeout === null) database.removeSession(session.id);
  else database.putSession(session.id, session.timeout);
}
