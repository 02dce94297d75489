// Whether a condition on one znode holds, along a replay.
import type { RawText } from '../jute/raw-text.js';
import type { BaseZnodes } from '../source/replay-runs.js';
import { parentPath } from '../tree/paths.js';
import type { Replay, ReplayStep } from '../tree/replay.js';
import type { ZnodeCondition, ZnodeFacts } from './condition.js';
import { touchedZnodes } from './touched-znodes.js';
import { type TakenStep, type TruthChange, type TruthFollower, txnFacts } from './truth.js';

/** Below it servers change data without a txn. */
const QUOTAS = '/zookeeper/quota/';

/** Follows one znode, or the set of its children. Memory is that set. */
export class ZnodeTruth implements TruthFollower {
  readonly #condition: ZnodeCondition;
  readonly #replay: Replay;
  readonly #base: ZnodeFacts | null;
  /** Paths of the children there are now; null where their number is not asked for. */
  readonly #children: Set<RawText> | null;
  #holds = false;
  #changes: TruthChange[] = [];

  /** `replay` has not applied a txn yet. */
  constructor(condition: ZnodeCondition, replay: Replay, base: BaseZnodes) {
    this.#condition = condition;
    this.#replay = replay;
    this.#base = base.get(condition.path) as ZnodeFacts | null;
    this.#children = condition.needsChildren ? new Set(base.childPaths(condition.path)) : null;
    // A new tree is in the replay alone.
    for (const { path } of this.#children === null ? [] : replay.overlay.created()) {
      if (path !== '' && parentPath(path) === condition.path) this.#children!.add(path);
    }
  }

  begin(): boolean {
    this.#holds = this.#evaluate();
    return this.#holds;
  }

  pass(step: ReplayStep): void {
    this.#concerns(step);
  }

  take({ step, before, label }: TakenStep): void {
    if (!this.#concerns(step)) return;
    const holds = this.#evaluate();
    if (holds === this.#holds) return;
    this.#holds = holds;
    this.#changes.push({ holds, txn: txnFacts(step), before, label: label() });
  }

  changes(): readonly TruthChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  close(): void {}

  /** True where a txn touched what the condition is about; follows the children. */
  #concerns(step: ReplayStep): boolean {
    const { path } = this.#condition;
    let concerns = path.startsWith(QUOTAS);
    for (const touched of touchedZnodes(step)) {
      if (touched.path === path) concerns = true;
      if (this.#children === null || touched.change !== 'came or went') continue;
      if (touched.path === '' || parentPath(touched.path) !== path) continue;
      concerns = true;
      this.#follow(touched.path, this.#children);
    }
    return concerns;
  }

  #follow(child: RawText, children: Set<RawText>): void {
    const isThere = this.#replay.overlay.exists(child);
    if (isThere === true) children.add(child);
    else if (isThere === false) children.delete(child);
  }

  #evaluate(): boolean {
    const { isNegated } = this.#condition;
    const znode = this.#now();
    if (znode === null) return isNegated;
    return this.#condition.holds(znode, this.#children?.size ?? 0) !== isNegated;
  }

  #now(): ZnodeFacts | null {
    const now = this.#replay.overlay.lookup(this.#condition.path);
    if (now.state === 'deleted') return null;
    if (now.state === 'untouched') return this.#base;
    const base = this.#base;
    return {
      data: now.hasNewData ? now.data : base?.data,
      dataLength: now.dataLength,
      acl: now.acl === undefined ? (base?.acl ?? null) : now.acl,
      stat: now.stat,
    };
  }
}
