// check --for: what can stand in the way of a move, one entry a code. docs/findings.md is made from it.
import type { Severity } from '../problems.js';

/** What comes of it. `place`: it depends on where the servers and clients are. */
export type Effect = 'refused' | 'deleted' | 'misread' | 'limited' | 'place' | 'identity';

export interface TargetCodeSpec {
  readonly severity: Severity;
  readonly effect: Effect;
  readonly title: string;
  readonly remedy: string;
}

/** What is found, by code. */
export const TARGET_CODES = {
  'target-stops': {
    severity: 'error',
    effect: 'refused',
    title: 'A server of the target does not start from these files',
    remedy: 'Do not copy the files; make new ones from the tree: zoolog convert --for.',
  },
  'target-loses': {
    severity: 'error',
    effect: 'deleted',
    title: 'A server of the target starts from these files, but leaves txns out',
    remedy: 'Do not copy the files; make new ones from the tree: zoolog convert --for.',
  },
  'target-skips': {
    severity: 'warning',
    effect: 'misread',
    title: 'A server of the target does not read the files as they were meant',
    remedy: 'Make new files from the tree: zoolog convert --for.',
  },
  'container-deleted': {
    severity: 'error',
    effect: 'deleted',
    title:
      'Containers are unknown to the target (before 3.5.1), which takes their owner for a dead session: it deletes them, and what is below cannot be reached',
    remedy: 'Make them persistent on the way: zoolog convert --containers persistent.',
  },
  'ttl-deleted': {
    severity: 'error',
    effect: 'deleted',
    title:
      'TTL znodes are unknown to the target (before 3.5.4), which takes their owner for a dead session and deletes them',
    remedy: 'Make them persistent on the way: zoolog convert --ttl persistent.',
  },
  'ttl-needs-flag': {
    severity: 'error',
    effect: 'deleted',
    title:
      'TTL znodes are deleted at the first start of the target unless zookeeper.extendedTypesEnabled=true',
    remedy:
      'Set extendedTypesEnabled=true in the zoo.cfg of every target server before the first start, then say --extended-types here, or compare it with --config OLD NEW.',
  },
  'ttl-353': {
    severity: 'warning',
    effect: 'misread',
    title:
      'Negative owners that are no TTL of 3.5.4 and later: sessions of a server with an id of 128 or more, or TTL znodes written by 3.5.3',
    remedy:
      'If the source is 3.5.3, set zookeeper.emulate353TTLNodes=true on the target; otherwise nothing is to be done.',
  },
  'owner-refused': {
    severity: 'error',
    effect: 'refused',
    title: 'Owners with feature bits that no release knows: with extended types on, servers stop on them',
    remedy: 'See what wrote them (zoolog get), and leave them out: zoolog convert --exclude.',
  },
  'ephemerals-live': {
    severity: 'warning',
    effect: 'place',
    title:
      'Ephemerals: on other servers their sessions are not resumed, and they stay until the sessions time out there',
    remedy:
      'Stop the clients before the copy is taken, or leave ephemerals out: zoolog convert does by default.',
  },
  'data-too-large': {
    severity: 'error',
    effect: 'refused',
    title: 'Data that is larger than servers of the target read from a snapshot',
    remedy: 'Start them with a larger -Djute.maxbuffer, and say --maxbuffer here.',
  },
  'data-beyond-maxbuffer': {
    severity: 'warning',
    effect: 'limited',
    title: 'Data of the size of jute.maxbuffer or more: clients with that setting cannot read it',
    remedy: 'Set jute.maxbuffer on servers and clients as the source has it, and say --maxbuffer here.',
  },
  'children-beyond-maxbuffer': {
    severity: 'warning',
    effect: 'limited',
    title: 'So many children that their names are as large as jute.maxbuffer: getChildren fails for clients',
    remedy: 'Set jute.maxbuffer on clients as the source has it, and say --maxbuffer here.',
  },
  'sequence-ends': {
    severity: 'warning',
    effect: 'limited',
    title: 'Parents whose next sequence number is near or beyond 2^31: their names become negative',
    remedy:
      'Let the application begin anew below another parent; the number is kept by every way of moving but creating the znodes again.',
  },
  'sequence-lost-by-copy': {
    severity: 'note',
    effect: 'place',
    title:
      'Parents of sequential znodes: a copy made through clients begins their numbers anew, and old names can come again',
    remedy:
      'Move the files, or use zoolog convert: both keep the counters. Prove it with zoolog check --against.',
  },
  'acl-lacking': {
    severity: 'error',
    effect: 'misread',
    title: 'Znodes whose ACL the snapshot lacks: nobody can read them, and newer servers may stop on them',
    remedy: 'Give them an ACL on the way: zoolog convert --acl-map.',
  },
  'acl-place': {
    severity: 'warning',
    effect: 'place',
    title: 'ACLs by ip address or host name: they hold for the clients of the old place only',
    remedy: 'List them (zoolog find --acl), and map them: zoolog convert --acl-map.',
  },
  'acl-realm': {
    severity: 'warning',
    effect: 'place',
    title: 'ACLs by sasl principal or x509 subject: the target needs the same realm or authority',
    remedy: 'Set the target up with the same authentication, or map them: zoolog convert --acl-map.',
  },
  'acl-digest': {
    severity: 'note',
    effect: 'place',
    title: 'ACLs by digest: they move as they are, if the target hashes passwords the same way',
    remedy:
      'Keep zookeeper.DigestAuthenticationProvider.digestAlg (3.7 and later) as the source has it; the default is SHA1.',
  },
  'acl-scheme-unknown': {
    severity: 'error',
    effect: 'misread',
    title: 'ACL schemes that the target has no provider for: nobody matches them',
    remedy: 'Install the provider there, or map the ACLs: zoolog convert --acl-map.',
  },
  'acl-empty': {
    severity: 'warning',
    effect: 'misread',
    title: 'Empty ACLs: ZooKeeper lets everybody in',
    remedy: 'Look whether that is meant, and map them: zoolog convert --acl-map.',
  },
  'quota-hard': {
    severity: 'warning',
    effect: 'misread',
    title: 'Quotas with hard limits, which servers before 3.7 do not enforce',
    remedy: 'Watch the limits by other means, or move to 3.7 or later.',
  },
  'quota-unknown': {
    severity: 'note',
    effect: 'misread',
    title: 'Quotas, which ClickHouse Keeper does not enforce: they become plain znodes',
    remedy: 'Leave /zookeeper/quota out if nothing reads it.',
  },
  'zxid-near-rollover': {
    severity: 'warning',
    effect: 'limited',
    title: 'The counter of the zxid is near its end: a leader election will be forced soon',
    remedy: 'Nothing before the move: a new ensemble begins a new epoch when it elects.',
  },
  'zxid-seen': {
    severity: 'note',
    effect: 'place',
    title: 'Clients that saw a zxid refuse servers with a lower one',
    remedy: 'Keep the zxid (zoolog convert does by default), or restart the clients.',
  },
  'app-identity': {
    severity: 'warning',
    effect: 'identity',
    title:
      'Znodes by which an application knows itself: two clusters with the same ones do each other harm, and one without them is a new one',
    remedy:
      'Move them with the application, once; for a second copy leave them out: zoolog convert --exclude.',
  },
  'keeper-compressed': {
    severity: 'error',
    effect: 'refused',
    title: 'clickhouse-keeper-converter does not read compressed snapshots',
    remedy: 'Make one that is not: zoolog convert.',
  },
  'keeper-op': {
    severity: 'error',
    effect: 'refused',
    title: 'Txns of kinds that clickhouse-keeper-converter does not read, in a log that it reads',
    remedy: 'Give it one snapshot without logs: zoolog convert.',
  },
  'keeper-log': {
    severity: 'error',
    effect: 'refused',
    title: 'A log whose end is torn, on which clickhouse-keeper-converter stops',
    remedy: 'Give it one snapshot without logs: zoolog convert.',
  },
  'keeper-fuzzy': {
    severity: 'warning',
    effect: 'misread',
    title: 'A fuzzy snapshot: clickhouse-keeper-converter replays logs over it by rules of its own',
    remedy: 'Give it one consistent snapshot without logs: zoolog convert.',
  },
  'keeper-owner': {
    severity: 'error',
    effect: 'misread',
    title:
      'Containers and TTL znodes: ClickHouse Keeper takes them for ephemerals of a session that never was',
    remedy: 'Make them persistent: zoolog convert --containers persistent --ttl persistent.',
  },
  'keeper-ephemerals': {
    severity: 'error',
    effect: 'misread',
    title:
      'Ephemerals: their sessions do not come to ClickHouse Keeper as clients know them, and they can stay for ever',
    remedy: 'Stop the clients first, or leave ephemerals out: zoolog convert does by default.',
  },
  'keeper-world': {
    severity: 'warning',
    effect: 'misread',
    title:
      'world:anyone with less than all rights, or beside others: where a log is replayed, ClickHouse Keeper drops the entry. Beside others its rights are gone; alone, everybody has all rights',
    remedy: 'Give it one snapshot without logs (zoolog convert), and look at these ACLs afterwards.',
  },
  'keeper-null-data': {
    severity: 'note',
    effect: 'misread',
    title: 'Null data, which becomes empty data',
    remedy: 'Nothing for most applications; some tell null from empty.',
  },
} as const satisfies Readonly<Record<string, TargetCodeSpec>>;

export type TargetCode = keyof typeof TARGET_CODES;
