// Every problem zoolog can find, in one registry: docs/findings.md is made from it.
import type { FormatError } from './errors.js';

/**
 * How much a problem matters: `note` is normal for a running or killed server, `warning` wants a look, `error`
 * means that data is lost or that a server refuses or misreads the file.
 */
export type Severity = 'note' | 'warning' | 'error';

/** What is known of a problem in general. */
export interface ProblemKind {
  readonly severity: Severity;
  readonly title: string;
  /** How such a thing comes about, and what a ZooKeeper server makes of it. */
  readonly cause: string;
  /** What to do next, the safe thing first. */
  readonly remedy: string;
}

const KEEP_COPY = 'Keep the file as it is and work on a copy.';
const OTHER_COPY =
  'Compare with the same file of another server, or with an older backup; where none has it, what follows the damage is lost.';

/** The registry: code to what is known. Codes are stable; a new meaning gets a new code. */
export const PROBLEMS = {
  'file-unreadable': {
    severity: 'error',
    title: 'A file cannot be read',
    cause: 'It may not be read, its device fails, or it vanished after the directory was listed.',
    remedy: 'Check permissions and the copy; copy it again from the server.',
  },
  'file-changed': {
    severity: 'warning',
    title: 'A file changed while it was read',
    cause: 'A server is writing to it: what was read mixes two states.',
    remedy: 'Copy the directory first and read the copy.',
  },
  'file-empty': {
    severity: 'warning',
    title: 'A file has no bytes',
    cause:
      'The server was stopped or the disk was full between creating the file and writing its header. As the last log it stops servers before 3.9.3 from starting (ZOOKEEPER-2332); an empty snapshot is passed over.',
    remedy: 'Copy the directory; in the copy, move the empty file out of version-2.',
  },
  'file-version-1': {
    severity: 'error',
    title: 'The file has the format of ZooKeeper before 3.0',
    cause: 'It begins with neither ZKSN nor ZKLG. No release since 3.0 reads it.',
    remedy: 'Upgrade it with a 3.x release that had UpgradeMain; zoolog cannot read it.',
  },
  'file-foreign': {
    severity: 'warning',
    title: "The file is not ZooKeeper's",
    cause: 'It begins with neither ZKSN nor ZKLG although its name says snapshot or log.',
    remedy:
      'Check where it comes from. Servers fail on a log, and pass over a snapshot, that begins like this.',
  },
  'file-swapped': {
    severity: 'error',
    title: 'A log is named as a snapshot, or a snapshot as a log',
    cause: 'dataDir and dataLogDir were exchanged (ZOOKEEPER-2967), or a file was renamed.',
    remedy: 'Exchange the directories, or give the file its name back.',
  },
  'file-format-version': {
    severity: 'warning',
    title: 'The file header has another version than 2',
    cause: 'All releases since 3.0 write version 2; servers do not check it.',
    remedy: 'Treat what is read with care: the header may be damaged.',
  },
  'name-codec': {
    severity: 'warning',
    title: 'The name says another compression than the content',
    cause:
      'Servers of 3.6 and later choose by the extension (.gz, .snappy), earlier ones read no compressed file: they will fail on this one or not see it.',
    remedy:
      'In a copy, give the file the extension of its content, or decompress it and take the extension away.',
  },
  'compressed-cut': {
    severity: 'error',
    title: 'A compressed file ends too soon',
    cause: 'The copy was cut short or the server died while writing the snapshot.',
    remedy: `${KEEP_COPY} Copy the file again; otherwise use the snapshot before it together with the logs.`,
  },
  'compressed-damaged': {
    severity: 'error',
    title: 'Compressed data is damaged',
    cause: 'Bytes changed on disk or in transfer; the compression itself is broken there.',
    remedy: `${KEEP_COPY} Copy the file again; otherwise use the snapshot before it together with the logs.`,
  },
  'record-too-large': {
    severity: 'error',
    title: 'A record is larger than anything ZooKeeper writes',
    cause:
      'A damaged length or count, most likely. zoolog takes at most 128 MiB for one record, 16 MiB for a path or the id of an ACL, 1,048,576 entries in an ACL list or elements in the lists of a txn, and 16,777,216 sessions: many times what fits in a request to ZooKeeper.',
    remedy: OTHER_COPY,
  },
  truncated: {
    severity: 'error',
    title: 'A record ends too soon',
    cause: 'The file was cut short, or a length before this place is damaged.',
    remedy: `${KEEP_COPY} ${OTHER_COPY}`,
  },
  'length-unreasonable': {
    severity: 'error',
    title: 'A length or count makes no sense',
    cause: 'Bytes are damaged here or before. Servers stop with "Unreasonable length".',
    remedy: OTHER_COPY,
  },
  'op-unknown': {
    severity: 'error',
    title: 'A txn has an op code that no release logs',
    cause:
      'Damage, or a release newer than this zoolog. Servers refuse to start ("Unsupported Txn with type="); inside a multi they skip the rest of it silently.',
    remedy: 'Check whether a newer release or another product wrote the log.',
  },
  'txn-trailing-bytes': {
    severity: 'warning',
    title: 'Bytes follow the body of a txn that are no digest',
    cause: 'Damage, or a release newer than this zoolog. Servers ignore them.',
    remedy: 'Compare the txn with the log of another server.',
  },
  'snapshot-checksum': {
    severity: 'error',
    title: 'The checksum of a snapshot does not match',
    cause:
      'Bytes of the tree changed after they were written. Servers pass over the file and take an older one.',
    remedy: `${KEEP_COPY} Use the snapshot before it together with the logs, or that of another server.`,
  },
  'snapshot-trailer-checksum': {
    severity: 'error',
    title: 'The checksum of a block behind the tree does not match',
    cause:
      'Bytes of the digest block or of the lastProcessedZxid block changed after they were written; the tree itself is sound. Servers that read the block reject the whole file.',
    remedy: `${KEEP_COPY} Servers up to 3.5 still read it; for later ones use the snapshot before it.`,
  },
  'snapshot-trailing-bytes': {
    severity: 'warning',
    title: 'Unknown bytes follow the tree',
    cause: 'After the first seal there can be 0, 21, 33 or 54 bytes; here it is another number.',
    remedy:
      'Check whether something was appended to the file. Servers before 3.6 ignore it, later ones may not.',
  },
  'snapshot-cut': {
    severity: 'error',
    title: 'A snapshot ends before its tree does',
    cause:
      'The server was stopped while writing it, the disk was full, or the copy was cut. Servers pass over it and take an older one.',
    remedy: `${KEEP_COPY} Use the snapshot before it together with the logs.`,
  },
  'snapshot-trailer-cut': {
    severity: 'error',
    title: 'A snapshot ends within the blocks behind its tree',
    cause:
      'The server was stopped while writing it, or the copy was cut. The tree is whole; servers of 3.6 and later may still reject the file.',
    remedy: `${KEEP_COPY} Use the snapshot before it together with the logs.`,
  },
  'znode-path': {
    severity: 'error',
    title: 'A znode has a path that cannot be',
    cause: 'Paths are "" for the root or begin with "/"; servers write no other and no null.',
    remedy: OTHER_COPY,
  },
  'znode-orphan': {
    severity: 'error',
    title: 'A znode comes without its parent',
    cause:
      'Its parent was not written before it. Servers reject the whole snapshot ("unable to find parent").',
    remedy: `${KEEP_COPY} Use the snapshot before it together with the logs.`,
  },
  'znode-owner': {
    severity: 'error',
    title: 'A znode has an owner that no release means',
    cause:
      'Its ephemeralOwner begins with 0xff and names a feature that does not exist. Servers with extendedTypesEnabled stop on it ("Invalid ephemeralOwner"), others take it for a session.',
    remedy: `${KEEP_COPY} Use the snapshot before it together with the logs.`,
  },
  'znode-duplicate': {
    severity: 'warning',
    title: 'A path occurs twice in a snapshot',
    cause: 'No server writes that. A server keeps the later one.',
    remedy: OTHER_COPY,
  },
  'acl-missing': {
    severity: 'warning',
    title: 'A znode points to an ACL that the snapshot does not hold',
    cause:
      'The ACL table is written before the znodes, so a snapshot taken under load can miss one. Replaying the log behind it mends it (ZOOKEEPER-3306, ZOOKEEPER-4846); without the log clients get MarshallingError.',
    remedy: 'Keep the logs together with this snapshot.',
  },
  'acl-table-large': {
    severity: 'error',
    title: 'A snapshot has more ACL lists than zoolog holds',
    cause:
      'Two million usual lists fit. Servers before 3.4.10 and 3.5.3 never drop a list that is no longer used; otherwise the file is damaged or was made to do harm. The lists that found no room are not shown.',
    remedy:
      'Start a server of 3.5.3 or later on a copy: the snapshot it writes has the lists that are in use.',
  },
  'acl-null': {
    severity: 'error',
    title: 'The ACL table holds a null list',
    cause: 'No server writes that; servers stop on it.',
    remedy: `${KEEP_COPY} Use the snapshot before it together with the logs.`,
  },
  'snapshot-digest': {
    severity: 'error',
    title: 'The digest recorded in a snapshot is not that of its tree',
    cause:
      'The tree that was written is not the one that the txns make: a bug or bit rot in the memory of the server, or the file was changed and sealed again. Servers only log the difference ("Digests are not matching").',
    remedy:
      'Compare with the snapshot and logs of another server; "zoolog inspect --digests" shows whether replaying its logs gives the recorded digests.',
  },
  'ephemeral-session': {
    severity: 'warning',
    title: 'Ephemerals belong to a session that is not in the session table',
    cause:
      'The session had ended, but its ephemerals were not deleted. A server deletes them when it starts from this snapshot, without a txn.',
    remedy:
      'Nothing, if the application has new sessions. To know who owned them: "zoolog sessions" over the logs.',
  },
  'ephemeral-session-later': {
    severity: 'note',
    title: 'Ephemerals belong to a session that began while the snapshot was written',
    cause: 'The session table is written before the znodes; the log holds the session. This is normal.',
    remedy: 'Keep the logs together with this snapshot.',
  },
  'ephemeral-child': {
    severity: 'error',
    title: 'An ephemeral has a child',
    cause: 'No server lets a client do that. When the session ends the child is left without a parent.',
    remedy: OTHER_COPY,
  },
  'owner-unknown': {
    severity: 'error',
    title: 'An ephemeralOwner means nothing to any release',
    cause:
      'Top byte ff with other feature bits than 0000: servers with extendedTypesEnabled fail on it ("Invalid ephemeralOwner"), others take it for a session that does not exist and delete the znode.',
    remedy: OTHER_COPY,
  },
  'quota-stats': {
    severity: 'note',
    title: 'The statistics of a quota are not what is there',
    cause:
      'They change without a txn and are counted anew whenever a server loads a snapshot, so a difference does no harm.',
    remedy: 'Nothing.',
  },
  'quota-exceeded': {
    severity: 'note',
    title: 'More is there than a quota allows',
    cause:
      'Quotas only write a warning to the log of the server unless enforceQuota is true (3.7 and later).',
    remedy: 'Raise the quota or tidy up before enforceQuota is switched on.',
  },
  'data-near-maxbuffer': {
    severity: 'warning',
    title: 'The data of a znode comes near jute.maxbuffer',
    cause:
      'A server reads at most jute.maxbuffer (1048575 bytes unless set) and its extra size in one piece: where the limit is lower than it was when the znode was written, it cannot load the snapshot ("Unreasonable length").',
    remedy: 'Start servers with the jute.maxbuffer of the old ones; keep large data outside of ZooKeeper.',
  },
  'children-near-maxbuffer': {
    severity: 'warning',
    title: 'The list of children of a znode comes near jute.maxbuffer',
    cause:
      'Clients cannot read an answer larger than their jute.maxbuffer: the children can then not be listed, nor deleted by a recursive delete.',
    remedy: 'Delete children by name ("zoolog ls" lists them), or raise jute.maxbuffer in the clients.',
  },
  'session-near-maxbuffer': {
    severity: 'warning',
    title: 'Closing a session would be a txn that comes near jute.maxbuffer',
    cause:
      'From 3.6 on a closeSession lists all ephemerals of the session in one txn. A server logs a txn larger than its limit and cannot read it back: it does not start again (ZOOKEEPER-3496).',
    remedy: 'Raise jute.maxbuffer on all servers before the session ends.',
  },
  'txn-over-maxbuffer': {
    severity: 'error',
    title: 'A txn is longer than servers read',
    cause:
      'Servers log a txn however long it is, and read at most jute.maxbuffer (1048575 bytes unless set) and its extra size back: one that has this log to replay stops with "Unreasonable length" (ZOOKEEPER-1513, ZOOKEEPER-3496). Mostly it is a multi, or the closeSession of a session with very many ephemerals.',
    remedy:
      'Start servers with a jute.maxbuffer above the length found (look whether they have one already: "--maxbuffer" says it here) until a snapshot was taken behind the txn; then have the writer named here send less at once.',
  },
  'sequence-near-end': {
    severity: 'warning',
    title: 'The next sequence number of a znode comes near its end',
    cause:
      "Sequential names take the ten digits of the parent's cversion; behind 2147483647 they become negative and no longer sort.",
    remedy: 'Create a new parent and move the application to it.',
  },
  'zxid-near-rollover': {
    severity: 'note',
    title: 'The zxid counter of the epoch comes near its end',
    cause: 'At 0xffffffff the leader resigns so that a new epoch begins (ZOOKEEPER-1277): a short outage.',
    remedy: 'Restart the leader at a quiet time: a new epoch begins at 0.',
  },
  'log-torn': {
    severity: 'note',
    title: 'The last txn was not written completely',
    cause:
      'The server was killed or lost power while writing. Servers end the log before it; this is normal.',
    remedy: 'Nothing. The txn was not acknowledged by this server.',
  },
  'log-header-cut': {
    severity: 'warning',
    title: 'A log ends within its 16 byte header',
    cause:
      'The server was stopped or the disk was full when it began the log. Servers stop on it (ZOOKEEPER-2332).',
    remedy: 'Copy the directory; in the copy, move the file out of version-2.',
  },
  'log-checksum': {
    severity: 'error',
    title: 'The checksum of a txn does not match',
    cause:
      'Bytes changed after they were written. Servers refuse to start; zoolog leaves the txn out and goes on.',
    remedy: `${KEEP_COPY} ${OTHER_COPY}`,
  },
  'log-end-mark': {
    severity: 'error',
    title: 'A txn lacks its end mark although txns follow',
    cause: 'Damage. Servers take this for the end of the file and silently leave out what follows.',
    remedy: `${KEEP_COPY} ${OTHER_COPY}`,
  },
  'log-length': {
    severity: 'error',
    title: 'The length of a txn makes no sense',
    cause: 'Damage to the length field or before it. Servers refuse to start ("Unreasonable length").',
    remedy: `${KEEP_COPY} ${OTHER_COPY}`,
  },
  'log-gap-skipped': {
    severity: 'error',
    title: 'A stretch of a log was skipped up to the next sound txn',
    cause: 'The framing is damaged; zoolog searched for the next record whose checksum is right.',
    remedy: `${KEEP_COPY} ${OTHER_COPY}`,
  },
  'log-after-padding': {
    severity: 'warning',
    title: 'Bytes follow the zeros at the end of a log',
    cause: 'A server never reads them. They can be the rest of a file that was written over.',
    remedy: 'If txns are missing, look at these bytes.',
  },
  'log-zxid-order': {
    severity: 'warning',
    title: 'A txn has a lower zxid than the one before it',
    cause:
      'Files of two histories were mixed, or a log was written after a restore. Servers apply it all the same.',
    remedy: 'Find out which history is right before this directory is used again.',
  },
  'txn-fork': {
    severity: 'error',
    title: 'Servers of one cluster hold different txns for one zxid',
    cause:
      'A zxid stands for one txn in the whole ensemble. Two ensembles were run from copies of one, a server was started with its disk wiped or with an older backup, epoch files were deleted, two servers have one myid, directories of different clusters were put together, or a file was changed with its checksums made right. Clients of the two sides have seen different data.',
    remedy:
      'Look at both: zoolog log INDEX#CLUSTER --all-copies --from ZXID --to ZXID. The branch that a majority holds, or that a later epoch builds on, is the one that the cluster agreed on; where neither tells, nobody can. Make the other servers anew from a snapshot of that branch.',
  },
  'txn-single-copy': {
    severity: 'note',
    title: 'A server holds txns that were not committed',
    cause:
      'A leader logs a txn before it knows that a majority has it. Where it dies, or is cut off, in between, and the others go on without it, the txn is lost; its client got no answer, or was told that the connection was lost. When the server comes back it cuts its log, or is sent a snapshot and keeps the lost txns in a log that nobody reads. Where the directories were copied one after the other from running servers, those copied last have more too.',
    remedy:
      'Leave them out when you tell what happened; #CLUSTER does. Do not restore an ensemble from the files of this server alone: it would bring them back.',
  },
  'log-gap': {
    severity: 'warning',
    title: 'Txns are missing between two others of one epoch',
    cause:
      'Inside an epoch zxids follow one another without a gap, failed requests included. A log file is missing or was cut, or this server was synced by a snapshot that bridges the gap. Servers from 3.9.4 on refuse to replay over it, earlier ones do so silently (ZOOKEEPER-4925).',
    remedy:
      'Look for the missing log (a dataLogDir elsewhere, another server, an older backup). Until then "nothing was found" means nothing for these zxids. A snapshot named within the gap bridges it for the tree.',
  },
  'history-disagrees': {
    severity: 'error',
    title: 'Snapshots and logs do not agree on a znode',
    cause:
      'Where no txn is missing, a snapshot must show what the logs led to, and a logged op must fit what was there before it. A file of another server or from before a restore was mixed in, a log holds txns that were lost with their leader, a server diverged from the others, or a file was changed with its checksums made right.',
    remedy:
      'Look at the znode with "zoolog history --evidence", and at the same znode of the other servers. "zoolog inspect --digests" finds the first txn after which a tree differs from what its servers recorded.',
  },
  'txn-poison': {
    severity: 'warning',
    title: 'A check was logged outside of a multi',
    cause:
      'A raw client sent it; servers before 3.8.5 and 3.9.3 log it and then cannot read it back: they refuse to start ("Unsupported Txn with type=%d13", ZOOKEEPER-2623).',
    remedy: 'Keep a copy. A server starts from a snapshot taken after this txn, without the logs before it.',
  },
  'snapshot-name-zxid': {
    severity: 'warning',
    title: 'A snapshot is named for a later zxid than it was written at',
    cause:
      'The block behind its tree says that serialising ended before the txn in its name. The file was renamed; servers believe the name and replay from there.',
    remedy: 'In a copy, give the file the name snapshot.<zxid in the block>.',
  },
  'log-first-zxid': {
    severity: 'warning',
    title: 'The first txn is not the one in the name of the log',
    cause: 'The file was renamed or its beginning is damaged. Servers choose logs by name and can miss txns.',
    remedy: 'In a copy, name the file log.<zxid of its first txn>.',
  },
  'server-stops': {
    severity: 'error',
    title: 'Servers do not start with this directory',
    cause:
      'Foretold by doing what a server of that release does when it loads its data; the message is what it would write to its log, the code in brackets is explained below.',
    remedy: `${KEEP_COPY} What to do about it is said with the code; "zoolog doctor --format json" has it for each release.`,
  },
  'server-loses': {
    severity: 'error',
    title: 'Servers start with this directory and lack txns that are here',
    cause:
      'A damaged stretch of a log is taken for its end, a log is missing, or the snapshot ends later than the logs: servers go on without a word.',
    remedy: `${KEEP_COPY} Restore from another server of the ensemble, or bring the missing log.`,
  },
  'server-deletes': {
    severity: 'warning',
    title: 'Servers delete znodes of this tree when they start',
    cause:
      'TTL znodes need extendedTypesEnabled=true on every server, and containers 3.5.1 or later: a server that does not know them takes their owner for a session that does not exist, and deletes them without a txn.',
    remedy:
      'Set -Dzookeeper.extendedTypesEnabled=true (or extendedTypesEnabled=true in zoo.cfg) before the first start, and tell doctor with --extended-types. Do not restore on a release that lacks the kind.',
  },
  'server-differs': {
    severity: 'warning',
    title: 'A server starts with another tree than these txns made',
    cause:
      'Its snapshot was written while txns ran, and before 3.6 a replay over their effects can leave cversion and pzxid of a parent wrong (ZOOKEEPER-3145, ZOOKEEPER-3249): sequential names can come twice. Or the release leaves out parts of a multi that it does not know.',
    remedy:
      'Start a release of 3.6 or later, which replays it right, or begin with another snapshot; "zoolog doctor --format json" names the first znodes.',
  },
  'txn-digest': {
    severity: 'error',
    title: 'The tree that the txns make is not the one whose digest was recorded',
    cause:
      'A txn is missing or was changed, the snapshot that the replay begins with is wrong, or the leader that computed the digest had another tree (a bug). Servers only write a warning.',
    remedy:
      'Look at the first txn that differs ("zoolog inspect --digests" names what could explain it) and compare with the logs of the other servers.',
  },
  'myid-duplicate': {
    severity: 'warning',
    title: 'Two directories have the same myid',
    cause:
      'They are copies of one server, or of servers of different ensembles, or one was set up with the myid of another. Two members with one id keep an ensemble from electing a leader.',
    remedy: 'Check where each copy comes from before the files are compared or used.',
  },
  'member-behind': {
    severity: 'note',
    title: 'A member holds less than another one',
    cause:
      'It was stopped or copied earlier, or the other one logged txns that were never committed. It catches up when it joins the ensemble.',
    remedy:
      'Restore the most advanced member, or all of them. "zoolog index" with all members says which txns a majority holds.',
  },
  'epoch-unreadable': {
    severity: 'error',
    title: 'An epoch file does not hold a number',
    cause: 'currentEpoch and acceptedEpoch hold one decimal number. Servers stop on anything else.',
    remedy:
      'Compare with the other servers; the epoch of the newest zxid is the smallest value that can be right.',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** A key of the registry. */
export type ProblemCode = keyof typeof PROBLEMS;

/** A problem that was found: what, how bad, where, and the evidence. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly file: string;
  /** Byte offset in the plain (decompressed) stream. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  /** What was being read: `znode /a/b`. */
  readonly where?: string | undefined;
}

/** Takes problems as they are found. */
export type OnProblem = (problem: Problem) => void;

/** Makes a problem of a code, with the severity of the registry. */
export function problem(code: ProblemCode, fields: Omit<Problem, 'code' | 'severity'>): Problem {
  return { code, severity: PROBLEMS[code].severity, ...fields };
}

/** The problem that a FormatError reports, under `code` where the reader knows better than the error. */
export function problemOf(error: FormatError, code: ProblemCode = error.code as ProblemCode): Problem {
  const { file, offset, expected, found, where } = error;
  return problem(code, { file, offset, expected, found, where });
}

/** A problem in one line. */
export function problemText({ code, severity, file, offset, expected, found, where }: Problem): string {
  const place = where === undefined ? '' : ` (${where})`;
  return `${severity}: ${file}: byte ${offset} (0x${offset.toString(16)})${place}: expected ${expected}, found ${found} [${code}]`;
}
