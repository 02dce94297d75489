// What the codes of a foretold start mean; docs/findings.md is made from it.
import type { NoteCode, StopCode } from './boot-outcome.js';

/** Why a server does not start: what it says, and what is behind it. */
export const STOP_CODES: Readonly<Record<StopCode, string>> = {
  'myid-missing': 'A member of an ensemble finds no file myid in its dataDir.',
  'myid-unreadable': 'The first line of myid is not a number.',
  'myid-unlisted': 'No server line of the configuration has the number in myid.',
  'directories-swapped':
    'dataDir holds logs or dataLogDir holds snapshots although the two differ (from 3.4.12 and 3.5.4 on, ZOOKEEPER-2967).',
  'snapshot-none':
    'There are logs and no snapshot that the release sees (from 3.5.3 on, ZOOKEEPER-2325). Before 3.6 compressed snapshots are not seen.',
  'snapshot-none-valid': 'There are snapshots, and none of them can be read to its end.',
  'snapshot-fatal': 'A snapshot is damaged in a way that is not passed over but stops the server.',
  'log-header':
    'A log ends within its header of 16 bytes (ZOOKEEPER-2332; 3.9.3 and later delete an empty last log).',
  'log-magic': 'A log does not begin with ZKLG.',
  'log-length': 'The length of a txn is negative, or larger than jute.maxbuffer and its extra size allow.',
  'log-null': 'The length of a txn is -1.',
  'log-checksum': 'The checksum of a txn is wrong.',
  'log-op': 'A txn has an op code that the release does not read.',
  'log-gap': 'Zxids are missing between two txns of one epoch (3.9.4 and later, ZOOKEEPER-4925).',
  'close-session-length':
    'A closeSession without a list of paths is read as if it had one; the digest behind it becomes an impossible length.',
  'acl-lacking':
    'A replayed txn needs the ACL of a znode whose ACL the snapshot lacks (3.8.4, 3.9.2 and 3.9.3, ZOOKEEPER-4846).',
  'epoch-unreadable': 'currentEpoch or acceptedEpoch does not hold a number.',
  'epoch-old': 'currentEpoch is older than the epoch of the last zxid, and no unfinished write explains it.',
  'epoch-accepted': 'acceptedEpoch is lower than currentEpoch.',
};

/** What is to be known although a server starts. */
export const NOTE_CODES: Readonly<Record<NoteCode, string>> = {
  'release-untested':
    'The release is not among those that our tests start; its rules were read in its source.',
  'mode-guessed': 'Whether the server runs alone or in an ensemble is not known for sure.',
  'myid-not-here': 'myid does not lie beside the data, so it was not checked.',
  'same-number': 'Several files have one number; which of them is read first is left to the file system.',
  'fuzzy-replay': 'The snapshot holds effects of later txns; how replay over it ends differs before 3.6.',
  'fuzzy-end':
    'The snapshot holds effects of txns that the logs do not reach: the tree is one that never was.',
  'znode-path': 'A path stands in the snapshot that no server writes.',
  'acl-lacking':
    'A znode points to an ACL that the snapshot lacks; clients get MarshallingError until replay mends it.',
  gap: 'Zxids are missing between two txns of one epoch, and the server goes on without a word.',
  'gap-after-snapshot':
    'Zxids are missing between the snapshot and the first txn replayed; no server checks that.',
  'zxid-backward': 'A txn has a lower zxid than the one before it, and is applied all the same.',
  'log-cut-short': 'A log is read up to a torn or damaged record that is taken for its end.',
  'log-bytes-behind': 'Bytes follow what the server takes for the end of a log.',
  'multi-part-unread':
    'A part of a multi has an op code that the release does not read: it and the parts behind it are left out.',
  'logs-dropped':
    'The server begins with an empty tree and leaves all logs out (3.5.6 with trust.empty, ZOOKEEPER-3644).',
  'ttl-deleted':
    'TTL znodes are deleted at the start, for the server does not know them without extendedTypesEnabled=true.',
  'containers-deleted': 'Containers are deleted at the start, for the release does not know them.',
  'epoch-adopted': 'currentEpoch is taken from an unfinished write.',
  'leader-only': 'A member deletes ephemerals of dead sessions only when it begins to lead.',
  autopurge: 'autopurge is on: old snapshots and logs are deleted at the start. Start on a copy.',
  'not-read': 'A file could not be read here and is left out of what is foretold.',
};
