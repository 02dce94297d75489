// Worked examples of SQL over an index, for docs/index-schema.md; a test runs them.

/** A question and the statement that answers it. */
export interface SqlExample {
  readonly question: string;
  readonly sql: string;
}

export const SQL_EXAMPLES: readonly SqlExample[] = [
  {
    question: 'Who deleted this path, and when?',
    sql: `SELECT cluster, zxid_hex, time, session, txn_type, implied
FROM history
WHERE path_id = id_of('/services/payments/leader') AND type IN ('delete', 'deleteContainer') AND applied
ORDER BY txn_id;`,
  },
  {
    question: 'Which znodes below the root have the biggest subtrees in the newest loaded snapshot?',
    sql: `WITH RECURSIVE
  newest(id) AS (SELECT id FROM snapshot WHERE is_loaded AND is_sound ORDER BY zxid DESC LIMIT 1),
  below(top, id) AS (
    SELECT id, id FROM path WHERE parent_id = 1
    UNION ALL
    SELECT below.top, path.id FROM below JOIN path ON path.parent_id = below.id
  )
SELECT path_of(top) AS path, count(*) AS znodes, sum(data_length) AS bytes
FROM newest JOIN below JOIN znode ON znode.id = (newest.id << 32) + below.id
GROUP BY top ORDER BY bytes DESC LIMIT 10;`,
  },
  {
    question: 'Which sessions wrote most?',
    sql: `SELECT hex_id(session_id) AS session, count(*) AS ops, count(DISTINCT path_id) AS paths,
  iso(min(time)) AS first, iso(max(time)) AS last
FROM txn JOIN op ON op.txn_id = txn.id
WHERE applied AND NOT implied AND path_id IS NOT NULL
GROUP BY cluster_id, session_id ORDER BY ops DESC LIMIT 10;`,
  },
  {
    question: 'At which zxids do servers hold different txns, and who holds which?',
    sql: `SELECT cluster, zxid_hex, txn_id, type, group_concat(DISTINCT server) AS servers
FROM copies
WHERE (cluster, zxid) IN (SELECT cluster, zxid FROM forks)
GROUP BY txn_id ORDER BY zxid, txn_id;`,
  },
  {
    question: 'What was logged and never agreed on, and whose log has it?',
    sql: `SELECT h.cluster, h.zxid_hex, h.time, h.session, h.type, h.path, group_concat(DISTINCT c.server) AS servers
FROM history h JOIN copies c ON c.txn_id = h.txn_id
WHERE h.commit_state = 'single-copy'
GROUP BY h.txn_id, h.n ORDER BY h.zxid, h.n;`,
  },
  {
    question: 'Who owns ephemeral znodes, and how many?',
    sql: `SELECT cluster, server, ephemeral_owner, count(*) AS znodes, min(path) AS one_of_them
FROM tree
WHERE kind = 'ephemeral'
GROUP BY cluster, server, ephemeral_owner ORDER BY znodes DESC;`,
  },
];
