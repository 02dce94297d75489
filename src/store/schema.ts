// The index's schema: one string a table, a comment a column. docs/index-schema.md is made from it.
//
// Decisions, measured 2026-11 on 1,000,000 znodes (2 cores, Node 20):
// - a znode's row id holds its snapshot and its path: a path is found without another index, and rows are a fifth
//   faster to write and a tenth smaller than WITHOUT ROWID with a key of two columns.
// - every copy of a txn has a row in `record`; that gives each row its evidence, says who holds what, and lets a
//   file be taken out again, where ranges per file would not.
// - text is TEXT; the rare name or id that is not valid UTF-8 is a BLOB, which STRICT tables allow as ANY.

/** Version of the schema, kept in `PRAGMA user_version`. A change to any table below that was released is a new version. */
export const SCHEMA_VERSION = 1;

/** `PRAGMA application_id` of an index, the bytes "zlog". */
export const APPLICATION_ID = 0x7a6c6f67;

/** A table: its purpose and its DDL, in which each column has a comment. */
export interface TableSpec {
  readonly name: string;
  readonly purpose: string;
  readonly ddl: string;
}

/** The tables in the order in which they refer to each other. */
export const TABLES: readonly TableSpec[] = [
  {
    name: 'meta',
    purpose: 'What made the index, and how.',
    ddl: `CREATE TABLE meta (
  key TEXT PRIMARY KEY,       -- data or snapshots
  value TEXT NOT NULL         -- data: full, or none with --no-data; snapshots: newest, all, or zxids with commas
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'cluster',
    purpose: 'A cluster, as named on the command line.',
    ddl: `CREATE TABLE cluster (
  id INTEGER PRIMARY KEY,     -- row id
  name TEXT NOT NULL UNIQUE   -- NAME of NAME=DIR,DIR
) STRICT`,
  },
  {
    name: 'server',
    purpose: 'One server of a cluster: one data directory.',
    ddl: `CREATE TABLE server (
  id INTEGER PRIMARY KEY,     -- row id
  cluster_id INTEGER NOT NULL REFERENCES cluster, -- id in cluster
  name TEXT NOT NULL,         -- unique in its cluster
  data_dir TEXT NOT NULL,     -- folder with the snapshots, as it was read
  log_dir TEXT NOT NULL,      -- folder with the logs, usually the same
  myid TEXT,                  -- first line of myid; null without one
  current_epoch INTEGER,      -- of the file currentEpoch; null without one
  accepted_epoch INTEGER,     -- of the file acceptedEpoch; null without one
  UNIQUE (cluster_id, name)
) STRICT`,
  },
  {
    name: 'config',
    purpose: "What configurations beside a server's data say of its ensemble: zoo.cfg and its dynamic files.",
    ddl: `CREATE TABLE config (
  server_id INTEGER NOT NULL REFERENCES server, -- id in server
  path TEXT NOT NULL,         -- as it was read
  text TEXT NOT NULL,         -- its server, group, weight and version lines, sorted
  PRIMARY KEY (server_id, path)
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'file',
    purpose: 'A snapshot or log file of a server.',
    ddl: `CREATE TABLE file (
  id INTEGER PRIMARY KEY,     -- row id
  server_id INTEGER NOT NULL REFERENCES server, -- id in server
  kind TEXT NOT NULL,         -- snapshot or log, by its name
  name TEXT NOT NULL,         -- last part of the path
  path TEXT NOT NULL,         -- as it was read
  zxid INTEGER NOT NULL,      -- the number in the name
  size INTEGER NOT NULL,      -- bytes on disk when it was read
  mtime INTEGER NOT NULL,     -- milliseconds since 1970
  codec TEXT NOT NULL,        -- raw, gzip or snappy, by its content
  content TEXT NOT NULL,      -- snapshot, log, version-1, empty or unknown, by its first bytes
  tail BLOB,                  -- last 64 bytes on disk; with size and mtime they tell whether it changed
  sha256 TEXT,                -- of the file on disk, hex; null without --hash
  is_gone INTEGER NOT NULL    -- 1 where a later run no longer found the file; its rows are kept
) STRICT`,
  },
  {
    name: 'problem',
    purpose: 'What was found wrong. docs/findings.md explains each code.',
    ddl: `CREATE TABLE problem (
  id INTEGER PRIMARY KEY,     -- row id
  server_id INTEGER NOT NULL REFERENCES server, -- id in server
  file_id INTEGER REFERENCES file, -- null for a directory, an epoch file, a name, or a file that could not be read
  code TEXT NOT NULL,         -- stable name of the problem
  severity TEXT NOT NULL,     -- note, warning or error
  path TEXT NOT NULL,         -- the file, as it was read
  "offset" INTEGER NOT NULL,  -- byte in the plain (decompressed) stream
  expected TEXT NOT NULL,     -- what should have been there
  found TEXT NOT NULL,        -- what was
  context TEXT                -- what was being read, such as a znode; null where that is the file
) STRICT`,
  },
  {
    name: 'snapshot',
    purpose:
      'A snapshot that could be opened. Only loaded ones have rows in znode, session and snapshot_acl.',
    ddl: `CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY,     -- the file's id
  server_id INTEGER NOT NULL REFERENCES server, -- id in server
  zxid INTEGER NOT NULL,      -- the number in the name: every txn up to it is in the tree
  is_loaded INTEGER NOT NULL, -- 1 where its znodes are in this index
  is_sound INTEGER NOT NULL,  -- 1 where it was read to its end and every checksum is right
  znodes INTEGER NOT NULL,    -- znode records in it
  sessions INTEGER NOT NULL,  -- in its session table
  data_bytes INTEGER NOT NULL, -- sum of the znodes' data
  newest_zxid INTEGER NOT NULL, -- newest zxid in a stat; above zxid in a fuzzy snapshot
  digest_zxid INTEGER,        -- digest block; null without one (3.5 and earlier, or digest.enabled=false)
  digest_version INTEGER,     -- how the digest is computed; null without one
  digest INTEGER,             -- with digest_zxid 0 it means "none recorded"
  last_processed_zxid INTEGER, -- lastProcessedZxid block (3.9 and later); null without one
  tree_digest INTEGER,        -- of the tree as it stands in the file; null where it is not loaded
  checksum INTEGER            -- Adler-32 of what stands before the first seal; null where the file ends before that
) STRICT`,
  },
  {
    name: 'session',
    purpose: 'A session alive when a loaded snapshot was begun.',
    ddl: `CREATE TABLE session (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot, -- id in snapshot
  session_id INTEGER NOT NULL, -- as signed 64 bit; the server id is its top byte
  timeout INTEGER NOT NULL,   -- milliseconds
  ordinal INTEGER NOT NULL,   -- place in the table, from 0
  PRIMARY KEY (snapshot_id, session_id)
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'acl',
    purpose: 'An access control list, by content and order; once for the whole index.',
    ddl: `CREATE TABLE acl (
  id INTEGER PRIMARY KEY,     -- row id
  text TEXT NOT NULL          -- for people: scheme:id:perms, perms as letters of cdrwa
) STRICT`,
  },
  {
    name: 'acl_entry',
    purpose: 'The entries of an access control list.',
    ddl: `CREATE TABLE acl_entry (
  acl_id INTEGER NOT NULL REFERENCES acl, -- id in acl
  n INTEGER NOT NULL,         -- place in the list, from 0
  perms INTEGER NOT NULL,     -- READ 1, WRITE 2, CREATE 4, DELETE 8, ADMIN 16
  scheme ANY,                 -- TEXT; BLOB where it is not valid UTF-8; null where the server wrote null
  id ANY,                     -- likewise
  PRIMARY KEY (acl_id, n)
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'snapshot_acl',
    purpose: "A loaded snapshot's ACL table. Keys are private to the server that wrote it.",
    ddl: `CREATE TABLE snapshot_acl (
  snapshot_id INTEGER NOT NULL REFERENCES snapshot, -- id in snapshot
  ordinal INTEGER NOT NULL,   -- place in the table, from 0
  key INTEGER NOT NULL,       -- what its znodes point to
  acl_id INTEGER NOT NULL REFERENCES acl, -- id in acl
  PRIMARY KEY (snapshot_id, ordinal)
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'path',
    purpose:
      'A path, once for the whole index. View paths has the text. One stays when nothing refers to it any more.',
    ddl: `CREATE TABLE path (
  id INTEGER PRIMARY KEY,     -- 1 is the root
  parent_id INTEGER NOT NULL, -- 0 for the root
  name ANY NOT NULL           -- last segment, TEXT; BLOB where it is not valid UTF-8; '' for the root
) STRICT`,
  },
  {
    name: 'znode',
    purpose: 'A znode of a loaded snapshot.',
    ddl: `CREATE TABLE znode (
  id INTEGER PRIMARY KEY,     -- snapshot_id << 32 | path_id: finds a path of a snapshot without another index
  "offset" INTEGER NOT NULL,  -- byte in the plain (decompressed) snapshot; their order is the file's own
  length INTEGER NOT NULL,    -- bytes of the record
  acl_id INTEGER,             -- null where the snapshot lacks the ACL that the znode points to
  czxid INTEGER NOT NULL,     -- zxid of the txn that created it
  mzxid INTEGER NOT NULL,     -- zxid of its last setData
  pzxid INTEGER NOT NULL,     -- zxid of the last create or delete of a child
  ctime INTEGER NOT NULL,     -- milliseconds since 1970
  mtime INTEGER NOT NULL,     -- milliseconds since 1970
  version INTEGER NOT NULL,   -- number of setData
  cversion INTEGER NOT NULL,  -- as stored: child creations so far; clients see 2 * cversion - children
  aversion INTEGER NOT NULL,  -- number of setACL
  ephemeral_owner INTEGER NOT NULL, -- as stored: 0, a session, or the mark of a container or TTL znode
  data_length INTEGER,        -- bytes; null where the data is null
  data BLOB,                  -- null also in an index made with --no-data
  snapshot_id INTEGER AS (id >> 32), -- refers to snapshot
  path_id INTEGER AS (id & 0xffffffff) -- refers to path
) STRICT`,
  },
  {
    name: 'log',
    purpose: 'A txn log that could be opened, and how far it was read.',
    ddl: `CREATE TABLE log (
  id INTEGER PRIMARY KEY,     -- the file's id
  server_id INTEGER NOT NULL REFERENCES server, -- id in server
  first_zxid INTEGER,         -- of the first sound txn; null without one
  last_zxid INTEGER,          -- highest of a sound txn; null without one
  txns INTEGER NOT NULL,      -- sound txns
  skipped INTEGER NOT NULL,   -- txns or stretches left out because of damage
  tail TEXT NOT NULL,         -- clean, padded, torn or corrupt
  tail_offset INTEGER NOT NULL, -- byte after the last sound txn
  last_offset INTEGER,        -- byte of the last sound txn; null without one
  last_checksum INTEGER       -- Adler-32 of the last sound txn; null without one
) STRICT`,
  },
  {
    name: 'log_range',
    purpose: 'Zxids that follow one another in a log, in its order: it holds each of them.',
    ddl: `CREATE TABLE log_range (
  log_id INTEGER NOT NULL REFERENCES log, -- id in log
  n INTEGER NOT NULL,         -- place in the log, from 0
  first_zxid INTEGER NOT NULL, -- of one epoch with the last
  last_zxid INTEGER NOT NULL, -- included
  PRIMARY KEY (log_id, n)
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'txn',
    purpose:
      'A txn of a cluster. Equal copies on several servers are one row; two rows with one zxid are a fork.',
    ddl: `CREATE TABLE txn (
  id INTEGER PRIMARY KEY,     -- row id
  cluster_id INTEGER NOT NULL REFERENCES cluster, -- id in cluster
  zxid INTEGER NOT NULL,      -- epoch << 32 | counter
  time INTEGER NOT NULL,      -- milliseconds since 1970, by the leader's clock
  session_id INTEGER NOT NULL, -- 0 where the server acted by itself
  cxid INTEGER NOT NULL,      -- the client's own request number
  type TEXT NOT NULL,         -- as in ZooDefs.OpCode, such as create, setData, multi, error; unknown
  digest_version INTEGER,     -- null where the txn has no digest
  digest INTEGER,             -- of the whole tree after the txn
  fingerprint INTEGER NOT NULL, -- 64 bits of MurmurHash3 over header and canonical body: equal copies are equal here
  committed INTEGER           -- 1: a majority holds it, or a later epoch builds on it; 0: a single copy; null: not known
) STRICT`,
  },
  {
    name: 'op',
    purpose:
      'What a txn does: one row, or one for each part of a multi and each delete by a closeSession. Those that it does not list (before 3.6) are found by following which ephemerals live; not where txns are missing since they were created or snapshotted.',
    ddl: `CREATE TABLE op (
  txn_id INTEGER NOT NULL REFERENCES txn, -- id in txn
  n INTEGER NOT NULL,         -- place in the txn, from 0
  type TEXT NOT NULL,         -- of this op: of a part of a multi its own
  path_id INTEGER,            -- null for sessions, errors and unknown ops
  parent_id INTEGER,          -- path id of the parent; null like path_id and for the root
  applied INTEGER NOT NULL,   -- 0 for errors and for every part of a failed multi
  implied INTEGER NOT NULL,   -- of deletes by a closeSession: 1 it lists them; 2 it does not, computed. Others 0
  version INTEGER,            -- resulting version of setData, setACL and reconfig; version + 1 of check
  error INTEGER,              -- KeeperException code of an error
  acl_id INTEGER,             -- of creates and setACL; null where the list is null
  ephemeral INTEGER,          -- 1 or 0 for create and create2
  parent_cversion INTEGER,    -- of creates: the parent's cversion after it; -1 where it is not told (before 3.4)
  ttl INTEGER,                -- of createTTL, milliseconds
  timeout INTEGER,            -- of createSession, milliseconds
  deletes INTEGER,            -- of closeSession: how many deletes it lists; null where it has no list (before 3.6)
  code INTEGER,               -- op code of an unknown op, whose body is in data
  data_length INTEGER,        -- bytes; null where the op has none or it is null
  data BLOB,                  -- null also in an index made with --no-data
  PRIMARY KEY (txn_id, n)
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'record',
    purpose: 'A copy of a txn in a log: the evidence, and who holds what.',
    ddl: `CREATE TABLE record (
  txn_id INTEGER NOT NULL REFERENCES txn, -- id in txn
  log_id INTEGER NOT NULL REFERENCES log, -- id in log
  "offset" INTEGER NOT NULL,  -- byte in the plain (decompressed) log
  length INTEGER NOT NULL,    -- bytes of the record, frame included
  PRIMARY KEY (txn_id, log_id, "offset")
) STRICT, WITHOUT ROWID`,
  },
  {
    name: 'agreement',
    purpose:
      'What the servers of a cluster agree on, as far as its files tell. View agreed has zxids in hex too.',
    ddl: `CREATE TABLE agreement (
  cluster_id INTEGER PRIMARY KEY REFERENCES cluster, -- id in cluster
  zxid INTEGER,               -- the agreed history ends with it: all txns but single copies; null without a txn
  committed_zxid INTEGER,     -- up to it the history is known to be committed; null where nothing is
  fork_zxid INTEGER,          -- the history stops before it: servers differ, and nothing decides; null without a fork
  voters TEXT NOT NULL        -- who votes, and how that is known
) STRICT`,
  },
  {
    name: 'single_copy',
    purpose:
      'Txns that a server holds and that were not committed: only a minority has them, and nothing builds on them.',
    ddl: `CREATE TABLE single_copy (
  server_id INTEGER NOT NULL REFERENCES server, -- id in server
  first_zxid INTEGER NOT NULL, -- epoch << 32 | counter
  last_zxid INTEGER NOT NULL, -- included
  txns INTEGER NOT NULL,      -- how many
  PRIMARY KEY (server_id, first_zxid)
) STRICT, WITHOUT ROWID`,
  },
];

/** Bits of a znode's row id below its snapshot: room for 2^32 paths and, exact as a JavaScript number, 2^21 files. */
export const PATH_ID_BITS = 32;

/** Index over path, which interning needs. */
export const PATH_INDEX = 'CREATE UNIQUE INDEX IF NOT EXISTS path_by_name ON path (parent_id, name)';

/** Index over znode, kept while loading: most znodes have no owner, and are not in it. */
export const OWNER_INDEX =
  'CREATE INDEX IF NOT EXISTS znode_by_owner ON znode (ephemeral_owner, id) WHERE ephemeral_owner <> 0';

/** Index over txn, which a zxid that is not above all others needs: a second copy, or a fork. */
export const TXN_INDEX = 'CREATE INDEX IF NOT EXISTS txn_by_zxid ON txn (cluster_id, zxid)';

/** The ops that change which children a znode has, as the index over them has it. */
export const LISTING_OPS =
  "type IN ('create', 'create2', 'createContainer', 'createTTL', 'delete', 'deleteContainer')";

/** The closeSessions that list no deletes, as the index over them has it. */
export const UNLISTED_CLOSE = "type = 'closeSession' AND deletes IS NULL";

/** Indexes made after loading. */
export const INDEXES: readonly string[] = [
  'CREATE INDEX IF NOT EXISTS op_by_path ON op (path_id, txn_id) WHERE path_id IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS op_by_parent ON op (parent_id, txn_id) WHERE parent_id IS NOT NULL',
  `CREATE INDEX IF NOT EXISTS op_of_listing ON op (parent_id, txn_id, path_id, applied, type) WHERE ${LISTING_OPS}`,
  "CREATE INDEX IF NOT EXISTS txn_of_session ON txn (session_id, zxid) WHERE type IN ('createSession', 'closeSession')",
  'CREATE INDEX IF NOT EXISTS op_computed ON op (txn_id) WHERE implied = 2',
  `CREATE INDEX IF NOT EXISTS op_unlisted_close ON op (txn_id) WHERE ${UNLISTED_CLOSE}`,
  'CREATE INDEX IF NOT EXISTS txn_not_committed ON txn (cluster_id, zxid) WHERE committed = 0',
];

/** A view for a common question. */
export interface ViewSpec {
  readonly name: string;
  readonly purpose: string;
  readonly ddl: string;
}

const ISO = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;
const HEX = (column: string) => `printf('0x%x', ${column})`;
const HEX_OR_NULL = (column: string) => `iif(${column} IS NULL, NULL, ${HEX(column)})`;
const STATE = `CASE t.committed WHEN 1 THEN 'committed' WHEN 0 THEN 'single-copy' ELSE 'unknown' END`;
const CLUSTERED = `JOIN server s ON s.id = n.server_id JOIN cluster c ON c.id = s.cluster_id`;

/** Views, with hex ids and ISO times. */
export const VIEWS: readonly ViewSpec[] = [
  {
    name: 'paths',
    purpose:
      'The text of every path. Walks to the root for each row: join it by id rather than searching it.',
    ddl: `CREATE VIEW paths AS
SELECT p.id, (
  WITH RECURSIVE up(id, parent_id, text) AS (
    SELECT p.id, p.parent_id, CAST(p.name AS TEXT)
    UNION ALL
    SELECT q.id, q.parent_id, CAST(q.name AS TEXT) || '/' || up.text
    FROM up JOIN path q ON q.id = up.parent_id AND q.id < up.id
  )
  SELECT CASE text WHEN '' THEN '/' ELSE text END FROM up WHERE parent_id = 0
) AS path FROM path p`,
  },
  {
    name: 'tree',
    purpose: 'The znodes of loaded snapshots, with path, cluster and server.',
    ddl: `CREATE VIEW tree AS
SELECT c.name AS cluster, s.name AS server, n.zxid AS snapshot_zxid, ${HEX('n.zxid')} AS snapshot_zxid_hex, p.path,
  CASE WHEN z.ephemeral_owner = 0 THEN 'persistent'
    WHEN z.ephemeral_owner = -9223372036854775808 THEN 'container'
    WHEN (z.ephemeral_owner >> 40) = -65536 THEN 'ttl'
    ELSE 'ephemeral' END AS kind,
  z.data, z.data_length, a.text AS acl,
  z.czxid, ${HEX('z.czxid')} AS czxid_hex, z.mzxid, ${HEX('z.mzxid')} AS mzxid_hex,
  z.pzxid, ${HEX('z.pzxid')} AS pzxid_hex,
  ${ISO('z.ctime')} AS ctime, ${ISO('z.mtime')} AS mtime,
  z.version, z.cversion, z.aversion, ${HEX('z.ephemeral_owner')} AS ephemeral_owner, z.snapshot_id, z.path_id
FROM znode z JOIN snapshot n ON n.id = z.snapshot_id ${CLUSTERED}
JOIN paths p ON p.id = z.path_id LEFT JOIN acl a ON a.id = z.acl_id`,
  },
  {
    name: 'history',
    purpose: 'What was done, op by op, with path, time and session.',
    ddl: `CREATE VIEW history AS
SELECT c.name AS cluster, t.zxid, ${HEX('t.zxid')} AS zxid_hex, ${ISO('t.time')} AS time, ${HEX('t.session_id')} AS session,
  t.type AS txn_type, o.n, o.type, p.path, o.applied, o.implied, o.version, o.error, o.data, o.data_length,
  a.text AS acl, ${STATE} AS commit_state, t.id AS txn_id, o.path_id
FROM txn t JOIN cluster c ON c.id = t.cluster_id JOIN op o ON o.txn_id = t.id
LEFT JOIN paths p ON p.id = o.path_id LEFT JOIN acl a ON a.id = o.acl_id`,
  },
  {
    name: 'copies',
    purpose: 'Which server holds which txn, in which file and at which byte.',
    ddl: `CREATE VIEW copies AS
SELECT c.name AS cluster, s.name AS server, t.zxid, ${HEX('t.zxid')} AS zxid_hex, t.type,
  f.path AS file, r."offset", r.length, t.id AS txn_id
FROM record r JOIN txn t ON t.id = r.txn_id JOIN log n ON n.id = r.log_id ${CLUSTERED} JOIN file f ON f.id = n.id`,
  },
  {
    name: 'forks',
    purpose: 'Zxids at which servers of one cluster hold different txns: the most serious finding there is.',
    ddl: `CREATE VIEW forks AS
SELECT c.name AS cluster, t.zxid, ${HEX('t.zxid')} AS zxid_hex, count(*) AS variants, group_concat(t.id) AS txn_ids,
  max(iif(t.committed = 1, t.id, NULL)) AS committed_txn_id
FROM txn t JOIN cluster c ON c.id = t.cluster_id GROUP BY t.cluster_id, t.zxid HAVING count(*) > 1`,
  },
  {
    name: 'agreed',
    purpose: 'Up to where the servers of a cluster agree, and what each holds besides.',
    ddl: `CREATE VIEW agreed AS
SELECT c.name AS cluster, g.zxid, ${HEX_OR_NULL('g.zxid')} AS zxid_hex,
  g.committed_zxid, ${HEX_OR_NULL('g.committed_zxid')} AS committed_zxid_hex,
  g.fork_zxid, ${HEX_OR_NULL('g.fork_zxid')} AS fork_zxid_hex, g.voters, s.name AS server, n.txns AS single_copies,
  n.first_zxid, ${HEX_OR_NULL('n.first_zxid')} AS first_zxid_hex, n.last_zxid, ${HEX_OR_NULL('n.last_zxid')} AS last_zxid_hex
FROM agreement g JOIN cluster c ON c.id = g.cluster_id JOIN server s ON s.cluster_id = c.id
LEFT JOIN single_copy n ON n.server_id = s.id`,
  },
];
