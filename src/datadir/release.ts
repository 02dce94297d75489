// Releases of ZooKeeper, and in what they differ when they load a directory. Every fact was read in the sources of
// the tags release-3.4.0 to release-3.9.5; the class is named first.
import { UsageError } from '../errors.js';

/** A release, `3.9.5` as numbers. */
export interface Release {
  readonly text: string;
  readonly parts: readonly [major: number, minor: number, patch: number];
  /** True for one that is started in our tests. */
  readonly isTested: boolean;
}

/** The patch of each line that our tests start, the newest that can be had. */
export const TESTED = ['3.4.14', '3.5.10', '3.6.4', '3.7.2', '3.8.6', '3.9.5'] as const;

/**
 * Reads `3.9.5`, or `3.9` for the tested patch of the line.
 * @throws UsageError for what is none, or of a line that is not known.
 */
export function parseRelease(text: string): Release {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null) throw new UsageError(`${text} is no release`, 'type X.Y or X.Y.Z, for example 3.9');
  const line = `${match[1]}.${match[2]}`;
  const tested = TESTED.find((release) => release.startsWith(`${line}.`));
  if (tested === undefined) {
    throw new UsageError(`release ${text} is not known`, 'lines that are: 3.4, 3.5, 3.6, 3.7, 3.8, 3.9');
  }
  const whole = match[3] === undefined ? tested : `${line}.${Number(match[3])}`;
  return { text: whole, parts: partsOf(whole), isTested: TESTED.includes(whole as never) };
}

/** Something that some releases do. */
export interface Trait {
  /**
   * The first release of each line that changed within it; lines after the last named one have it from their
   * start, those before the first and between two never.
   */
  readonly since: readonly string[];
  /** The first release that does it no more; none: all later ones do. */
  readonly before?: string;
  readonly what: string;
  /** Class and issue. */
  readonly source: string;
}

/** In what releases differ. */
export const TRAITS = {
  seesMoreNameParts: {
    since: ['3.6.0'],
    what: 'takes names of more than two parts for files (snapshot.5.gz, log.5.old)',
    source: 'Util.getZxidFromName, ZOOKEEPER-3179',
  },
  readsCompressed: {
    since: ['3.6.0'],
    what: 'reads snapshots named .gz and .snappy',
    source: 'SnapStream.getInputStream, ZOOKEEPER-3179',
  },
  checksSwappedDirectories: {
    since: ['3.4.12', '3.5.4'],
    what: 'refuses a log.* in dataDir and a snapshot.* in dataLogDir where the two differ',
    source: 'FileTxnSnapLog, ZOOKEEPER-2967',
  },
  refusesLogsWithoutSnapshot: {
    since: ['3.5.3'],
    what: 'does not start on logs without a snapshot',
    source: 'FileTxnSnapLog.restore, ZOOKEEPER-2325',
  },
  trustsEmpty: {
    since: ['3.5.6'],
    what: 'starts on logs without a snapshot with snapshot.trust.empty=true',
    source: 'FileTxnSnapLog.restore, ZOOKEEPER-3056',
  },
  trustEmptyDropsLogs: {
    since: ['3.5.6'],
    before: '3.5.7',
    what: 'with snapshot.trust.empty=true begins with an empty tree and leaves the logs out',
    source: 'FileTxnSnapLog.restore, ZOOKEEPER-3644',
  },
  asksBeforeEmptyTree: {
    since: ['3.6.0'],
    what: 'without any data begins at zxid 0 only with db.autocreate or a file named initialize',
    source: 'FileTxnSnapLog.restore, ZOOKEEPER-261',
  },
  leavesSnapshotsAtBoot: {
    since: ['3.4.6'],
    before: '3.5.0',
    what: 'writes no snapshot when it has loaded its data; others do (standalone, or as they begin to lead)',
    source: 'ZooKeeperServer.loadData, ZOOKEEPER-1558',
  },
  readsDigestBlock: {
    since: ['3.6.0'],
    what: 'reads the digest block of a snapshot, unless digest.enabled=false',
    source: 'FileSnap.deserialize, ZOOKEEPER-3114',
  },
  readsLastZxidBlock: {
    since: ['3.9.0'],
    what: 'reads the lastProcessedZxid block, unless serializeLastProcessedZxid.enabled=false',
    source: 'FileSnap.deserialize, ZOOKEEPER-4570',
  },
  readsCloseSessionLists: {
    since: ['3.6.0'],
    what: 'reads the list of paths in a closeSession, unless closeSessionTxn.enabled=false',
    source: 'SerializeUtils.deserializeTxn, ZOOKEEPER-3145',
  },
  knowsContainers: {
    since: ['3.5.1'],
    what: 'knows containers; before, their owner is a session like any other',
    source: 'DataTree.deserialize, ZOOKEEPER-2163',
  },
  knowsTtl353: {
    since: ['3.5.3'],
    before: '3.5.4',
    what: 'takes every negative owner but that of containers for a TTL',
    source: 'EphemeralType.get, ZOOKEEPER-2169',
  },
  hasExtendedTypes: {
    since: ['3.5.4'],
    what: 'knows TTL znodes, with extendedTypesEnabled=true; else their owner is a session like any other',
    source: 'EphemeralType.get, ZOOKEEPER-2901',
  },
  knowsX509: {
    since: ['3.5.1'],
    what: 'can identify clients by X.509 certificates, and has the ACL scheme x509',
    source: 'X509AuthenticationProvider, ZOOKEEPER-2123',
  },
  enforcesHardQuotas: {
    since: ['3.7.0'],
    what: 'refuses what goes beyond a hard quota, with enforceQuota=true',
    source: 'ZooKeeperServer.checkQuota, ZOOKEEPER-3301',
  },
  createsConfigZnode: {
    since: ['3.5.0'],
    what: 'has /zookeeper/config in a new tree',
    source: 'DataTree, ZOOKEEPER-107',
  },
  deletesEmptyLastLog: {
    since: ['3.9.3'],
    what: 'deletes a last log of no bytes, where others stop on it',
    source: 'FileTxnLog.FileTxnIterator.goToNextLog, ZOOKEEPER-2332',
  },
  refusesGaps: {
    since: ['3.9.4'],
    what: 'does not replay over missing zxids inside an epoch',
    source: 'ZKDatabase.addCommittedProposal, ZOOKEEPER-4925',
  },
  namesTypeOddly: {
    since: ['3.4.0'],
    before: '3.9.0',
    what: 'says "type=%d15" where others say "type=15"',
    source: 'SerializeUtils.deserializeTxn, ZOOKEEPER-4494',
  },
  padsMaxBuffer: {
    since: ['3.4.6', '3.5.0'],
    what: 'reads 1024 bytes more than jute.maxbuffer',
    source: 'BinaryInputArchive.checkLength, ZOOKEEPER-1513',
  },
  doublesMaxBuffer: {
    since: ['3.5.7'],
    what: 'reads jute.maxbuffer.extrasize bytes more than jute.maxbuffer, by default as many again',
    source: 'BinaryInputArchive.checkLength, ZOOKEEPER-3496',
  },
  boundsMaxBuffer: {
    since: ['3.8.5', '3.9.3'],
    what: 'bounds the sum of both; before, one above 2^31-1 overflows and no length is small enough',
    source: 'BinaryInputArchive, ZOOKEEPER-4843',
  },
  readsAclsInReplay: {
    since: ['3.8.4', '3.9.2'],
    what: 'looks up ACLs while replaying, and stops at one that the snapshot lacks',
    source: 'DataTree.createNode, deleteNode, setData, ZOOKEEPER-4799',
  },
  createAdoptsAcl: {
    since: ['3.8.5', '3.9.4'],
    what: 'gives a znode that is there already the ACL of a replayed create',
    source: 'DataTree.createNode, ZOOKEEPER-4846',
  },
  adoptsEpochTmp: {
    since: ['3.5.10', '3.6.3', '3.7.1'],
    what: 'takes the epoch of currentEpoch.tmp where currentEpoch is older than the last zxid',
    source: 'QuorumPeer.loadDataBase, ZOOKEEPER-4269',
  },
  adoptsUpdatingEpoch: {
    since: ['3.4.6'],
    before: '3.5.0',
    what: 'takes the epoch of the last zxid where currentEpoch is older and a file updatingEpoch is there',
    source: 'QuorumPeer.loadDataBase, ZOOKEEPER-1653',
  },
  runsQuorumOfOne: {
    since: ['3.5.0'],
    what: 'runs an ensemble of one with standaloneEnabled=false; before, one server line means standalone',
    source: 'QuorumPeerConfig.isDistributed, ZOOKEEPER-1691',
  },
  raisesOnlyLargerCversion: {
    since: ['3.6.0'],
    what: 'replays a create twice without harm to cversion and pzxid of the parent; before, it sets them also to less',
    source: 'DataTree.createNode, ZOOKEEPER-3249',
  },
  deleteRaisesPzxid: {
    since: ['3.5.5', '3.6.0'],
    what: 'replays a delete of what is gone by raising pzxid of the parent; before, it does nothing then, else sets it also to less',
    source: 'DataTree.deleteNode, ZOOKEEPER-3145',
  },
} as const satisfies Readonly<Record<string, Trait>>;

/** A key of TRAITS. */
export type TraitName = keyof typeof TRAITS;

/** True where a release has a trait. */
export function hasTrait({ parts }: Release, name: TraitName): boolean {
  return holds(parts, TRAITS[name]);
}

/** Op codes that all releases since 3.4 read, as txns of their own. */
const ALWAYS_READ: ReadonlySet<number> = new Set([-11, -10, -1, 1, 2, 5, 7, 14]);
/** The same in a multi. */
const ALWAYS_READ_IN_MULTI: ReadonlySet<number> = new Set([-1, 1, 2, 5, 13]);

/** Since when the others are read (SerializeUtils.deserializeTxn). */
const READ_SINCE: ReadonlyMap<number, readonly string[]> = new Map([
  [15, ['3.5.0']],
  [16, ['3.5.0']],
  [19, ['3.5.1']],
  [20, ['3.5.1']],
  [21, ['3.5.3']],
]);

/** The same in a multi (DataTree.processTxn; 15: ZOOKEEPER-4026). */
const READ_IN_MULTI_SINCE: ReadonlyMap<number, readonly string[]> = new Map([
  [15, ['3.7.2', '3.8.2']],
  [19, ['3.5.1']],
  [20, ['3.5.1']],
  [21, ['3.5.3']],
]);

/** True where a release reads a txn of that op code. */
export function readsOp({ parts }: Release, code: number): boolean {
  const since = READ_SINCE.get(code);
  return since === undefined ? ALWAYS_READ.has(code) : holds(parts, { since });
}

/** True where a release reads a part of a multi of that op code. */
export function readsOpInMulti({ parts }: Release, code: number): boolean {
  const since = READ_IN_MULTI_SINCE.get(code);
  return since === undefined ? ALWAYS_READ_IN_MULTI.has(code) : holds(parts, { since });
}

/** In which releases a txn of that op code can be read, for people; null for none. */
export function opReadSince(code: number, inMulti: boolean): string | null {
  const since = (inMulti ? READ_IN_MULTI_SINCE : READ_SINCE).get(code);
  return since === undefined ? null : since.join(', ');
}

function holds(parts: Release['parts'], { since, before }: Pick<Trait, 'since' | 'before'>): boolean {
  if (before !== undefined && compare(parts, partsOf(before)) >= 0) return false;
  const starts = since.map(partsOf);
  const own = starts.find((start) => start[0] === parts[0] && start[1] === parts[1]);
  if (own !== undefined) return compare(parts, own) >= 0;
  return compare(parts, starts.at(-1)!) > 0;
}

function partsOf(text: string): Release['parts'] {
  const [major, minor, patch] = text.split('.').map(Number);
  return [major!, minor!, patch!];
}

function compare(a: Release['parts'], b: Release['parts']): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
