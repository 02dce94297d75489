// What a look at a snapshot adds to what is known of a znode: changes that its stat tells and no log here holds, and
// where it contradicts the logs.
import { formatZxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { EventList } from './event-list.js';
import type { LogCoverage, Span } from './log-coverage.js';
import type { Sighting } from './placed-sightings.js';
import { earlier, endOf, type FirstChange, type Known, later, ofTxn } from './sighting-rules.js';
import { isThere, mayBeSameAcl, mayBeSameData, stateOf, type ZnodeState } from './znode-state.js';

/** Takes what a snapshot shows of the znode; returns what is known then, and whether nothing happened in between. */
export function sightingFacts(
  sighting: Sighting,
  znode: Znode,
  known: Known,
  coverage: LogCoverage,
  list: EventList,
): { readonly state: ZnodeState; readonly isUnchanged: boolean } {
  const facts = new StatFacts(sighting, znode, known, coverage, list);
  return { state: facts.now, isUnchanged: facts.take() };
}

/**
 * Takes from a look that comes later that the znode was created in a gap, before the op that is next; returns what is
 * known of it then, and null where it tells no such thing.
 */
export function createdInGap(
  sighting: Sighting,
  znode: Znode,
  known: Known & { readonly gap: Span },
  coverage: LogCoverage,
  list: EventList,
): ZnodeState | null {
  const { belief, gap } = known;
  const { czxid, ctime } = znode.stat;
  if (belief === 'unknown' || (isThere(belief) && (belief.czxid === undefined || belief.czxid >= czxid)))
    return null;
  if (coverage.has(czxid) || (gap.after !== null && czxid <= gap.after.zxid)) return null;
  const facts = new StatFacts(sighting, znode, known, coverage, list);
  facts.recreated();
  return { owner: facts.now.owner, czxid, ctime };
}

class StatFacts {
  readonly now: ZnodeState;
  readonly #stat: Znode['stat'];
  readonly #evidence: Znode['evidence'];
  readonly #sighting: Sighting;
  readonly #known: Known;
  readonly #coverage: LogCoverage;
  readonly #list: EventList;

  constructor(sighting: Sighting, znode: Znode, known: Known, coverage: LogCoverage, list: EventList) {
    this.#stat = znode.stat;
    this.#evidence = znode.evidence;
    this.#sighting = sighting;
    this.#known = known;
    this.#coverage = coverage;
    this.#list = list;
    this.now = this.#withoutLaterAcl(stateOf(znode));
  }

  /** Reports what is new; true where the znode is the one that was known, and as it was. */
  take(): boolean {
    const { belief, gap, at } = this.#known;
    const { czxid } = this.#stat;
    if (!isThere(belief)) {
      if (belief === 'absent' && at !== null && (gap === null || czxid <= at.zxid)) {
        this.#disagree(`no znode, as after ${formatZxid(at.zxid)}`, `one of ${formatZxid(czxid)}`);
      } else this.#firstSight();
      return false;
    }
    if (belief.czxid === undefined || belief.czxid === czxid) return this.#sameZnode(belief);
    if (gap === null || czxid < belief.czxid) {
      this.#disagree(`the znode${ofTxn(belief)}`, `one of ${formatZxid(czxid)}`);
      return false;
    }
    this.recreated();
    this.#dataChanges(0, null);
    this.#aclChanges(0, null);
    return false;
  }

  /** What was there was deleted in the gap, and this one created. */
  recreated(): void {
    const { belief, gap } = this.#known;
    if (isThere(belief) && gap !== null) {
      const upTo = earlier(gap.upTo, this.#coverage.edge(this.#stat.czxid - 1n));
      this.#between({ type: 'delete', before: belief, after: 'absent' }, { after: gap.after, upTo });
    }
    this.#create();
  }

  /** Nothing is known of it: its stat tells of its past. */
  #firstSight(): void {
    this.#create();
    this.#dataChanges(0, null);
    this.#aclChanges(0, null);
  }

  // The first znodes of a tree have czxid 0 and were created by no txn.
  #create(): void {
    const { czxid, ctime, mzxid } = this.#stat;
    if (czxid === 0n) return;
    const { owner, data, dataLength, acl, aversion } = this.now;
    const after: ZnodeState = {
      ...(mzxid === czxid ? { data, dataLength } : {}),
      ...(aversion === 0 ? { acl } : {}),
      ...{ version: 0, aversion: 0, owner, czxid, ctime, mzxid: czxid, mtime: ctime },
    };
    this.#list.fromStat({ type: 'create', before: 'absent', after }, czxid, ctime, this.#evidence);
  }

  #sameZnode(belief: ZnodeState): boolean {
    const { gap, first } = this.#known;
    const { mzxid, version } = this.#stat;
    const { aversion = 0 } = this.now;
    if (belief.czxid === undefined) this.#create();
    this.#changesBefore('setData', first.setData);
    this.#changesBefore('setACL', first.setACL);
    let isUnchanged = belief.czxid !== undefined && first.setData === null && first.setACL === null;
    if (belief.mzxid === undefined) this.#dataChanges(0, belief);
    else if (belief.mzxid === mzxid) {
      if (version !== belief.version) this.#disagree(`version ${belief.version}`, `version ${version}`);
      else if (!mayBeSameData(belief, this.now)) {
        this.#disagree(`the data that ${formatZxid(mzxid)} set`, 'other data');
      }
    } else if (gap !== null && mzxid > belief.mzxid) {
      this.#dataChanges(belief.version ?? 0, belief);
      isUnchanged = false;
    } else this.#disagree(`data set at ${formatZxid(belief.mzxid)}`, `data set at ${formatZxid(mzxid)}`);

    if (belief.aversion === undefined) this.#aclChanges(0, belief);
    else if (belief.aversion === aversion) {
      if (!mayBeSameAcl(belief, this.now)) this.#disagree(`the ACL of aversion ${aversion}`, 'another ACL');
    } else if (gap !== null && aversion > belief.aversion) {
      this.#aclChanges(belief.aversion, belief);
      isUnchanged = false;
    } else this.#disagree(`aversion ${belief.aversion}`, `aversion ${aversion}`);
    return isUnchanged;
  }

  /** Changes before the first one in the logs, which its version counts. */
  #changesBefore(type: 'setData' | 'setACL', first: FirstChange | null): void {
    if (first === null || first.version <= 1) return;
    const version = first.version - 1;
    const after = type === 'setData' ? { version } : { aversion: version };
    const { czxid } = this.#stat;
    const span = { after: this.#coverage.edge(czxid), upTo: this.#coverage.edge(first.zxid - 1n) };
    this.#between({ type, before: 'unknown', after }, span, version);
  }

  /** The last setData, at mzxid, and those before it down to a known version. */
  #dataChanges(from: number, before: ZnodeState | null): void {
    const { czxid, mzxid, mtime, version } = this.#stat;
    if (mzxid === czxid) return;
    const { gap } = this.#known;
    const unseen = version - from - 1;
    const lost = { ...this.now, data: undefined, dataLength: undefined, version: version - 1 };
    if (unseen > 0) {
      const known = this.#coverage.edge(before?.mzxid ?? czxid);
      const after = before === null ? known : later(gap?.after ?? null, known);
      const span = { after, upTo: this.#coverage.edge(mzxid - 1n) };
      this.#between({ type: 'setData', before: before ?? 'unknown', after: lost }, span, unseen);
    }
    const old = unseen > 0 || before?.mzxid === undefined ? lost : before;
    this.#list.fromStat({ type: 'setData', before: old, after: this.now }, mzxid, mtime, this.#evidence);
  }

  /** setACL leaves no zxid behind, only a count. */
  #aclChanges(from: number, before: ZnodeState | null): void {
    const { czxid } = this.#stat;
    const { aversion = 0 } = this.now;
    const count = aversion - from;
    if (count <= 0) return;
    const { gap } = this.#known;
    const known = this.#coverage.edge(before?.czxid ?? czxid);
    const after = before === null ? known : later(gap?.after ?? null, known);
    const span = { after, upTo: endOf(gap, this.#sighting, this.#coverage) };
    this.#between({ type: 'setACL', before: before ?? { aversion: from }, after: this.now }, span, count);
  }

  // A setACL leaves no zxid in the stat: one that was made while the snapshot was written may be in it already.
  #withoutLaterAcl(state: ZnodeState): ZnodeState {
    const { at, end } = this.#sighting;
    let first: number | null = null;
    for (const { part, logged } of this.#known.items) {
      const { zxid } = logged.txn.header;
      if (zxid <= at) continue;
      // Behind a delete it is another znode.
      if ((end !== null && zxid > end) || part.op.op === 'delete' || part.op.op === 'deleteContainer') break;
      if (part.op.op !== 'setACL') continue;
      first ??= part.op.version;
      if (part.op.version !== state.aversion) continue;
      const { belief } = this.#known;
      const aversion = first - 1;
      return {
        ...state,
        aversion,
        acl: isThere(belief) && belief.aversion === aversion ? belief.acl : undefined,
      };
    }
    return state;
  }

  #between(change: Parameters<EventList['between']>[0], span: Span, count = 1): void {
    this.#list.between(change, span, { from: 'snapshot', evidence: this.#evidence, count });
  }

  #disagree(expected: string, found: string): void {
    this.#list.disagreement(this.#evidence, expected, found);
  }
}
