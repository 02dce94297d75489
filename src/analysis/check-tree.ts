// doctor: what is wrong, or soon will be, with the tree in a snapshot. One pass, a second where something is to be
// looked at again; 12 to 24 bytes a znode.
import { type OnProblem, problem } from '../problems.js';
import { formatHex, formatZxid, type Zxid } from '../records/zxid.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import { MissingAcls } from '../snapshot/missing-acls.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import type { SnapshotTrailer } from '../snapshot/seal.js';
import type { Session } from '../snapshot/session.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { ZnodeHashes } from '../tree/path-hash.js';
import { type KnownPaths, PathSet } from '../tree/path-set.js';
import { snapshotEnd } from '../tree/snapshot-end.js';
import { SnapshotTally } from '../tree/snapshot-survey.js';
import { LimitCheck } from './limit-check.js';
import { OwnerCheck } from './owner-check.js';
import { QuotaCheck } from './quota-check.js';
import { ShapeCheck } from './shape-check.js';

/** The key of the open ACL that no table holds. */
const OPEN = -1;

/** What came of the digest in a snapshot: `none` was recorded, or it cannot be checked alone (`fuzzy`). */
export type DigestVerdict = 'matches' | 'differs' | 'none' | 'fuzzy';

/** A tree that was checked. */
export interface CheckedTree {
  readonly znodes: number;
  readonly sessions: number;
  readonly ephemerals: number;
  /** Ephemerals whose session is not in the table: a server that loads this and no log deletes them. */
  readonly orphanedEphemerals: number;
  /** Signed, of the tree as it stands in the file. */
  readonly treeDigest: bigint;
  readonly digest: DigestVerdict;
  /** True where it holds effects of txns after the one in its name. */
  readonly isFuzzy: boolean;
}

export interface TreeCheckOptions {
  /** jute.maxbuffer of the servers, in bytes. */
  readonly maxBuffer: number;
  readonly onProblem: OnProblem;
  /** Takes how many bytes of the file are read. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Checks the tree in a snapshot. `zxid` is the one in its name. What the reader finds is not reported again.
 * @throws FormatError where it does not begin like a snapshot, InputError where it cannot be read.
 */
export function checkTree(file: string, zxid: Zxid, options: TreeCheckOptions): CheckedTree {
  const { onProblem, onBytes = () => {} } = options;
  const reader = openSnapshot(file);
  try {
    const check = new TreeCheck(options.maxBuffer);
    const hashes = new ZnodeHashes();
    for (const session of reader.sessions()) check.addSession(session);
    for (const acl of reader.acls()) check.addAcl(acl);
    for (const znode of reader.znodes()) {
      hashes.take(znode);
      check.addZnode(znode, hashes);
      if ((znode.ordinal & 0xfff) === 0) onBytes(reader.fileBytesRead);
    }
    return check.finish(file, zxid, reader, onProblem);
  } finally {
    reader.close();
  }
}

/** The check itself: takes what a reader yields, in its order. */
export class TreeCheck {
  readonly #tally = new SnapshotTally();
  readonly #owners = new OwnerCheck();
  readonly #shape: ShapeCheck;
  readonly #limits: LimitCheck;
  readonly #quotas = new QuotaCheck();
  /** Keys of the ACL table; those above 2^53 are rounded, and servers count from 1. */
  readonly #acls = new Set<number>([OPEN]);
  readonly #missingAcls = new MissingAcls();
  readonly #maxBuffer: number;

  /** `maxBuffer` is jute.maxbuffer in bytes; `paths` takes the znodes, too. */
  constructor(maxBuffer: number, paths: KnownPaths = new PathSet()) {
    this.#shape = new ShapeCheck(paths);
    this.#maxBuffer = maxBuffer;
    this.#limits = new LimitCheck(maxBuffer);
  }

  addSession(session: Session): void {
    this.#owners.addSession(session);
  }

  addAcl({ key }: AclRecord): void {
    this.#acls.add(Number(key));
  }

  addZnode(znode: ZnodeRecord, hashes: ZnodeHashes): void {
    const { view, statStart } = znode;
    const acl = view.getInt32(statStart - 8) * 2 ** 32 + view.getUint32(statStart - 4);
    if (!this.#acls.has(acl)) this.#missingAcls.add(znode);
    this.#tally.add(znode, hashes.digest);
    this.#shape.add(znode, hashes);
    const { parentLevel } = this.#shape;
    this.#owners.add(znode, parentLevel);
    this.#limits.add(znode, parentLevel);
    this.#quotas.find(znode);
  }

  /** Says what came of it, once all was read; looks at the file again where that must be. */
  finish(file: string, zxid: Zxid, reader: SnapshotReader, onProblem: OnProblem): CheckedTree {
    const owners = this.#owners;
    const shape = this.#shape;
    const quotas = this.#quotas;
    const { trailer, sessionCount } = reader;
    const isFuzzy = snapshotEnd(zxid, this.#tally.newest, trailer).zxid > zxid;
    for (const found of owners.problems(file, isFuzzy, this.#maxBuffer)) onProblem(found);
    // Where it is fuzzy the logs behind it hold what the table lacks.
    for (const found of this.#missingAcls.problems(file)) {
      onProblem(isFuzzy ? { ...found, severity: 'note' } : found);
    }
    for (const found of this.#limits.problems(file, zxid)) onProblem(found);
    if (shape.isDoubtful || !quotas.isEmpty) lookAgain(file, shape, quotas);
    for (const found of shape.problems(file)) onProblem(found);
    for (const found of quotas.problems(file)) onProblem(found);
    const treeDigest = this.#tally.digest.value;
    const digest = verdictOf(trailer, zxid, treeDigest);
    if (digest === 'differs') onProblem(digestProblem(file, reader, treeDigest));
    return {
      znodes: this.#tally.znodes,
      sessions: sessionCount,
      ephemerals: owners.ephemerals,
      orphanedEphemerals: owners.orphaned,
      treeDigest,
      digest,
      isFuzzy,
    };
  }
}

function lookAgain(file: string, shape: ShapeCheck, quotas: QuotaCheck): void {
  const reader = openSnapshot(file);
  try {
    for (const znode of reader.znodes()) {
      shape.lookAgain(znode);
      quotas.count(znode);
    }
  } finally {
    reader.close();
  }
}

/**
 * The block holds the digest of the tree when its writing ended. Where that is the txn in the name, no txn changed
 * the tree meanwhile; otherwise a replay must come to its zxid before anything can be compared.
 */
function verdictOf(trailer: SnapshotTrailer | null, zxid: Zxid, computed: bigint): DigestVerdict {
  const block = trailer?.digest ?? null;
  if (block === null || block.zxid === 0n || block.zxid < zxid) return 'none';
  if (block.zxid > zxid) return 'fuzzy';
  return block.digest === computed ? 'matches' : 'differs';
}

function digestProblem(file: string, { trailer }: SnapshotReader, computed: bigint) {
  const { zxid, digest } = trailer!.digest!;
  const [first] = trailer!.seals;
  return problem('snapshot-digest', {
    file,
    // The block follows the first seal, which is 13 bytes.
    offset: first!.offset + 13,
    expected: `the digest of this tree, ${formatHex(computed)}`,
    found: `${formatHex(digest)} for ${formatZxid(zxid)}`,
    where: 'digest block',
  });
}
