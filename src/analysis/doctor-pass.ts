// doctor: one reading of each file for all its questions: what is in it, what servers make of it, whether the tree is
// in order, and whether the digests in the logs are those of the tree.
//
// It is told for what is ordinary: a snapshot behind which sound logs follow without a hole. Where it is not so, what
// is missing here is read again by those who know all cases.
import { BootFiles } from '../datadir/boot-files.js';
import type { Booted } from '../datadir/boot-outcome.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { LogFactsBuilder } from '../datadir/log-facts.js';
import { SnapshotFactsBuilder } from '../datadir/snapshot-facts.js';
import type { Problem } from '../problems.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { HashedReplay, type HashedResult } from '../tree/hashed-replay.js';
import { ZnodeHashes } from '../tree/path-hash.js';
import { PathSet } from '../tree/path-set.js';
import { snapshotEnd } from '../tree/snapshot-end.js';
import { SnapshotTally } from '../tree/snapshot-survey.js';
import { type CheckedTree, TreeCheck } from './check-tree.js';
import { type DigestRun, digestRun } from './digest-runs.js';
import type { LogVisitor, SnapshotVisitor } from './file-facts.js';
import { longTxn } from './long-txns.js';
import { type BootCounts, countsAfterBoot, type OwnerCounts } from './owner-counts.js';

const OWNER = 44;
/** More are never listed. */
const MOST_LONG_TXNS = 1000;

/** A tree that was checked, and what is wrong with it. */
export interface TreeExam {
  readonly file: DataFile;
  readonly tree: CheckedTree;
  readonly problems: readonly Problem[];
}

/** What servers read, in bytes. */
export interface PassLimits {
  /** jute.maxbuffer. */
  readonly maxBuffer: number;
  /** The longest txn. */
  readonly txn: number;
}

/** The reading of a directory: visitors for its files, in their order, and then what they saw. */
export class DoctorPass {
  /** What servers make of the files. */
  readonly bootFiles = new BootFiles();
  /** Txns that servers cannot read back. */
  readonly longTxns: Problem[] = [];
  /** The tree in the newest snapshot; null where there is none. */
  newest: TreeExam | null = null;
  /** Of the newest snapshot; null where it is not sound. */
  #newestCounts: OwnerCounts | null = null;
  readonly #server: string;
  readonly #limits: PassLimits;
  readonly #snapshots: readonly DataFile[];
  readonly #hasLogs: boolean;
  #replay: HashedReplay | null = null;
  #result: HashedResult | null | undefined;

  constructor(server: string, dir: DataDir, limits: PassLimits) {
    this.#server = server;
    this.#limits = limits;
    this.#snapshots = dir.snapshots.filter(({ content }) => content === 'snapshot');
    this.#hasLogs = dir.logs.some(({ content }) => content === 'log');
  }

  /** Reads a snapshot along. */
  snapshotVisitor(file: DataFile): SnapshotVisitor {
    const isNewest = file === this.#snapshots.at(-1);
    if (file === this.#snapshots[0]) this.#replay = new HashedReplay(file.size, this.#hasLogs);
    const replay = file === this.#snapshots[0] ? this.#replay : null;
    // A replay with something to do knows paths, too.
    const paths = replay !== null && this.#hasLogs ? replay : new PathSet();
    const check = isNewest ? new TreeCheck(this.#limits.maxBuffer, paths) : null;
    const visit = new SnapshotVisit(file, { check, replay });
    return {
      problem: (found) => visit.problem(found),
      session: (session) => visit.session(session),
      acl: (acl, offset) => visit.acl(acl, offset),
      znode: (znode) => visit.znode(znode),
      end: (reader) => {
        this.bootFiles.know({ snapshot: visit.facts.facts(reader, file.zxid) });
        visit.beginReplay(reader);
        if (!isNewest) return;
        this.newest = visit.finishCheck(reader);
        if (reader.isSound) this.#newestCounts = visit.counts();
      },
    };
  }

  /** Reads a log along. */
  logVisitor({ path }: DataFile): LogVisitor {
    const facts = new LogFactsBuilder(path);
    let isSound = true;
    return {
      problem: () => {
        isSound = false;
      },
      record: (record, txn) => {
        const { view, entryStart, entryEnd, offset } = record;
        isSound &&= facts.add(view, entryStart, entryEnd, offset, txn.header.zxid);
        this.#replay?.apply(record, txn, path);
        const long = longTxn(path, record, txn, this.#limits.txn);
        if (long !== null && this.longTxns.length <= MOST_LONG_TXNS) this.longTxns.push(long);
      },
      end: (reader) => {
        const known = isSound ? facts.factsOfSound(reader) : null;
        if (known !== null) this.bootFiles.know({ log: known });
        if (reader.skipped > 0) this.#replay = null;
      },
    };
  }

  /** The replay of all logs and its digests; null where `digestRuns` must say what they are. */
  digestRuns(): DigestRun[] | null {
    const [base] = this.#snapshots;
    const result = this.#replayed();
    if (base === undefined || result === null) return null;
    // A snapshot behind the logs begins another replay.
    if (this.#snapshots.some(({ zxid }) => zxid > result.zxid)) return null;
    return [digestRun(this.#server, base.name, result.zxid, result.digests)];
  }

  /** What is in the tree after a start; null where `treeAfterBoot` must count. */
  countsAfter(boot: Booted): BootCounts | null {
    const { snapshot, txns, zxid, notes } = boot;
    if (snapshot === null || notes.some(({ code }) => code === 'multi-part-unread')) return null;
    const newest = this.#snapshots.at(-1)!;
    if (txns === 0) {
      const counts = snapshot.path === newest.path ? this.#newestCounts : null;
      return counts === null ? null : countsAfterBoot(counts, boot);
    }
    const result = snapshot.path === this.#snapshots[0]!.path ? this.#replayed() : null;
    const tree = result?.tree ?? null;
    if (tree === null || !result!.isExact || tree.txns !== txns || result!.zxid !== zxid) return null;
    return countsAfterBoot(tree, boot);
  }

  #replayed(): HashedResult | null {
    if (this.#result === undefined) {
      this.#result = this.#replay?.result() ?? null;
      this.#replay = null;
    }
    return this.#result;
  }
}

/** What reads a snapshot along, beside what servers make of it; where both do, the check hands on to the replay. */
interface Also {
  readonly check: TreeCheck | null;
  readonly replay: HashedReplay | null;
}

class SnapshotVisit {
  readonly facts: SnapshotFactsBuilder;
  readonly #file: DataFile;
  readonly #check: TreeCheck | null;
  readonly #replay: HashedReplay | null;
  readonly #hashes = new ZnodeHashes();
  readonly #tally = new SnapshotTally();
  readonly #owners = new Map<bigint, number>();
  readonly #sessions = new Set<bigint>();

  constructor(file: DataFile, { check, replay }: Also) {
    this.facts = new SnapshotFactsBuilder(file.path);
    this.#file = file;
    this.#check = check;
    this.#replay = replay;
  }

  problem(found: Problem): void {
    this.facts.report(found);
  }

  session(session: Parameters<TreeCheck['addSession']>[0]): void {
    this.#check?.addSession(session);
    this.#replay?.addSession(session);
    this.#sessions.add(session.id);
  }

  acl(acl: AclRecord, offset: number): void {
    this.facts.addAcl(acl.key, acl.acl, offset);
    this.#check?.addAcl(acl);
  }

  znode(znode: ZnodeRecord): void {
    this.facts.addZnode(znode);
    if (this.#check === null && this.#replay === null) return;
    const hashes = this.#hashes;
    hashes.take(znode);
    this.#tally.add(znode, hashes.digest);
    if (this.#check === null) this.#replay!.take(znode, hashes);
    else this.#check.addZnode(znode, hashes);
    this.#countOwner(znode);
  }

  beginReplay({ trailer, isSound }: SnapshotReader): void {
    const { name, zxid } = this.#file;
    const { znodes, digest, newest } = this.#tally;
    const end = snapshotEnd(zxid, newest, trailer);
    this.#replay?.begin({ name, zxid, end, trailer, znodes, treeDigest: digest.value, isSound });
  }

  finishCheck(reader: SnapshotReader): TreeExam {
    const problems: Problem[] = [];
    const { path, zxid } = this.#file;
    const tree = this.#check!.finish(path, zxid, reader, (found) => problems.push(found));
    return { file: this.#file, tree, problems };
  }

  counts(): OwnerCounts {
    return { znodes: this.#tally.znodes, owners: this.#owners, sessions: this.#sessions };
  }

  #countOwner({ view, statStart }: ZnodeRecord): void {
    if (view.getInt32(statStart + OWNER) === 0 && view.getInt32(statStart + OWNER + 4) === 0) return;
    const owner = view.getBigInt64(statStart + OWNER);
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
  }
}
