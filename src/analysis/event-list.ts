// The events of one znode as they are found, and what does not fit together.
import type { RawText } from '../jute/raw-text.js';
import { type OnProblem, problem } from '../problems.js';
import type { Evidence } from '../records/evidence.js';
import type { Op } from '../records/op.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { EventType, HistoryEvent } from './history-event.js';
import type { LogCoverage, Span } from './log-coverage.js';
import { shownPath } from './paths.js';
import type { TimelineItem } from './timeline.js';
import type { Belief } from './znode-state.js';

/** A change: what was known before it, and what is behind it. */
export interface Change {
  readonly type: EventType;
  readonly before: Belief;
  readonly after: Belief;
}

/** Collects events of one znode. */
export class EventList {
  readonly path: RawText;
  readonly events: HistoryEvent[] = [];
  readonly #coverage: LogCoverage;
  readonly #onProblem: OnProblem;
  /** What servers change here without a txn, and differently on each: the configuration and counts of quotas. */
  readonly #isSystem: boolean;

  constructor(path: RawText, coverage: LogCoverage, onProblem: OnProblem) {
    this.path = path;
    this.#coverage = coverage;
    this.#onProblem = onProblem;
    this.#isSystem = path === '/zookeeper' || path.startsWith('/zookeeper/');
  }

  /** An op that a log has. */
  logged(item: TimelineItem, before: Belief, after: Belief): void {
    const { logged, part, multi, session, lastChild, order } = item;
    const { zxid, time } = logged.txn.header;
    const { evidence } = logged;
    const op = { logged, part, multi, session, lastChild };
    const type = part.op.op as EventType & Op['op'];
    this.#push({ type, before, after }, { zxid, time, from: 'log', op, evidence, order });
  }

  /** A change whose zxid and time a stat has. That a log holds this zxid and not this change is a problem. */
  fromStat(change: Change, zxid: Zxid, time: bigint | null, evidence: Evidence): void {
    if (this.#coverage.has(zxid)) {
      const found = `no ${change.type} of it in the txn ${formatZxid(zxid)}`;
      this.disagreement(evidence, `what its stat says, a ${change.type} at ${formatZxid(zxid)}`, found);
    }
    this.#push(change, { zxid, time, from: 'snapshot', evidence });
  }

  /** One or several changes that lie somewhere in a span. */
  between(
    change: Change,
    span: Span,
    {
      from,
      evidence,
      count = 1,
      isUnlogged = false,
    }: Pick<HistoryEvent, 'from' | 'evidence'> & {
      readonly count?: number;
      readonly isUnlogged?: boolean;
    },
  ): void {
    const isIfCommitted = !isUnlogged && change.before !== 'unknown' && this.#isOverEpoch(span);
    this.#push(change, { zxid: null, time: null, span, from, evidence, count, isUnlogged, isIfCommitted });
  }

  /** Reports that logs and snapshots, or logs among themselves, do not fit together. */
  disagreement({ file, offset }: Evidence, expected: string, found: string): void {
    if (this.#isSystem) return;
    const where = `znode ${shownPath(this.path)}`;
    this.#onProblem(problem('history-disagrees', { file, offset, expected, found, where }));
  }

  /** True where nothing but a change of epoch can have hidden a change. */
  #isOverEpoch(span: Span): boolean {
    const { after, upTo } = span;
    if (after === null || upTo === null || epochOf(after.zxid) === epochOf(upTo.zxid)) return false;
    return !this.#coverage.isSure(span);
  }

  #push(
    change: Change,
    rest: Partial<HistoryEvent> & Pick<HistoryEvent, 'zxid' | 'time' | 'from' | 'evidence'>,
  ): void {
    const defaults = { span: null, isUnlogged: false, isIfCommitted: false, op: null, count: 1, order: 0 };
    this.events.push({ path: this.path, ...change, ...defaults, ...rest });
  }
}
