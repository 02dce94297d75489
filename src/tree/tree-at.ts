// The tree at a zxid: a base and a replay, with what is to be said about it.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Evidence } from '../records/evidence.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import type { Zxid } from '../records/zxid.js';
import { SnapshotAcls } from '../snapshot/snapshot-acls.js';
import { type Continuity, stepOf } from './continuity.js';
import type { DigestReport } from './digest-check.js';
import { type JudgedStep, judgeStep, type Witnesses } from './epoch-steps.js';
import { type Exactness, exactnessOf } from './exactness.js';
import type { LoadedBase } from './load-base.js';
import type { OverlaidZnode, Overlay } from './overlay.js';
import { Replay, type ReplayInput } from './replay.js';

/** What to replay, and what is known besides. */
export interface TreeAtInput extends ReplayInput {
  /** What can prove changes of epoch. */
  readonly witnesses?: Omit<Witnesses, 'lastMatched'>;
  /** The zxid in the name of the same server's next snapshot; null where there is none. */
  readonly nextSnapshot?: Zxid | null;
  /** The newest zxid in this server's logs; null where it is not known. */
  readonly newestLogged?: Zxid | null;
}

/** A tree as of a zxid. */
export interface TreeAt {
  /** The newest zxid that was applied; that of the base where there was none. */
  readonly zxid: Zxid;
  readonly exactness: Exactness;
  readonly base: LoadedBase;
  readonly overlay: Overlay;
  /** Id to timeout in milliseconds. */
  readonly sessions: ReadonlyMap<bigint, number>;
  /** Digest of the tree, signed; null where digests were not computed. */
  readonly treeDigest: bigint | null;
  readonly digests: DigestReport | null;
  readonly continuity: Continuity;
  readonly steps: readonly JudgedStep[];
  /** Stats znodes of quotas that may differ in a server's memory, see Replay. */
  readonly doubtfulQuotas: readonly RawText[];
}

/**
 * Replays to the end (or to `input.to`) and labels what comes out.
 *
 *     treeAt({ base: snapshotBase('version-2/snapshot.0', 0n), txns: () => logs.txns(), to: 0x5cn })
 *
 * @throws FormatError where the base is no snapshot, InputError where it cannot be read.
 */
export function treeAt(input: TreeAtInput): TreeAt {
  const replay = new Replay(input);
  replay.finish();
  return treeOf(replay, input);
}

/** Labels the tree of a replay as far as it has gone. */
export function treeOf(replay: Replay, input: TreeAtInput): TreeAt {
  const { base, continuity, digests, unreadable, zxid, beyond } = replay;
  const { to: wanted = zxid } = input;
  const witnesses = { ...input.witnesses, lastMatched: digests?.lastMatched ?? null };
  const steps = continuity.steps.map((step) => judgeStep(step, witnesses));
  const after = wanted > zxid && beyond !== null ? stepOf(zxid, beyond) : null;
  if (after !== null) steps.push(judgeStep(after, witnesses));
  const exactness = exactnessOf({
    base,
    wanted,
    reached: zxid,
    beyond,
    steps,
    digests,
    unreadable,
    notIdempotent: replay.notIdempotent,
    nextSnapshot: input.nextSnapshot ?? null,
    newestLogged: input.newestLogged ?? null,
  });
  return {
    zxid,
    exactness,
    base,
    overlay: replay.overlay,
    sessions: replay.sessions,
    treeDigest: digests === null ? null : replay.treeDigest,
    digests,
    continuity,
    steps,
    doubtfulQuotas: replay.doubtfulQuotas,
  };
}

/** A znode of a replayed tree, independent of the buffer it was read from. */
export interface TreeZnode {
  readonly path: RawText;
  /** Undefined where the replay was not to keep data. */
  readonly data: Buffer | null | undefined;
  /** Null where the base holds no such ACL. */
  readonly acl: readonly ACL[] | null;
  readonly stat: StatPersisted;
  /** The txn that changed it last; null where it is as in the base. */
  readonly evidence: Evidence | null;
}

/** The whole tree, parents first: the base read once more, with the overlay's changes, then what was created. */
export function* treeZnodes({ base }: ReplayInput, overlay: Overlay): Generator<TreeZnode> {
  if (base !== null) {
    const reading = base.open();
    try {
      const acls = new SnapshotAcls(reading.acls());
      for (const znode of reading.znodes()) {
        const overlaid = overlay.lookup(znode.path);
        if (overlaid.state === 'deleted') continue;
        if (overlaid.state === 'changed' && overlaid.hasNewData && overlaid.acl !== undefined) {
          yield ofOverlay(overlaid);
          continue;
        }
        const { path } = znode;
        const changed = overlaid.state === 'changed' ? overlaid : null;
        const { data } = changed?.hasNewData ? changed : znode;
        yield {
          path,
          data: data && Buffer.from(data),
          acl: changed?.acl !== undefined ? changed.acl : acls.get(znode.acl),
          stat: changed?.stat ?? znode.stat,
          evidence: changed?.evidence ?? null,
        };
      }
    } finally {
      reading.close();
    }
  }
  for (const created of overlay.created()) yield ofOverlay(created);
}

function ofOverlay({ path, data, acl, stat, evidence }: OverlaidZnode): TreeZnode {
  return { path, data, acl: acl ?? null, stat, evidence };
}
