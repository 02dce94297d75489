// The deletes that closeSessions do without listing them (before 3.6, or with closeSessionTxn.enabled=false): found at
// the end of every build, from all that the index then holds.
//
// One walk over a cluster's agreed history, in its order, follows the ephemerals that live: those that txns create, and
// those that loaded snapshots hold. Behind a hole in the history nothing is known of the ones before it.
import { stepOf, type ZxidRun } from '../tree/continuity.js';
import { chosenRuns } from './chosen-runs.js';
import { type Database, run, type Statement } from './database.js';
import { PathText } from './path-text.js';
import { PATH_ID_BITS } from './schema.js';
import { choiceOf, chosen, type TxnChoice } from './txn-choice.js';

/** `op.implied` of such a delete. */
export const COMPUTED = 2;

/** Forgets what an earlier build found; to be done before txns are added. */
export function forgetImplied(database: Database): void {
  run(database, 'DELETE FROM op WHERE implied = ?', COMPUTED);
}

/** Finds the implied deletes of every cluster. */
export function findImplied(database: Database): void {
  for (const id of database.prepare('SELECT id FROM cluster').pluck().all() as bigint[]) {
    const choice = choiceOf(database, Number(id), null, false);
    if (listEvents(database, choice)) walk(database, chosenRuns(database, choice));
    for (const table of ['closing', 'owned', 'event']) database.exec(`DROP TABLE IF EXISTS temp.${table}`);
  }
}

// What happens at one zxid comes in this order: the txn, a hole (which is no event), the snapshot of that zxid.
const [CREATE, DELETE, CLOSE, IN_SNAPSHOT] = [0, 1, 2, 3] as const;
const BEHIND_TXN = 2;

type Event = readonly [
  seq: bigint,
  zxid: bigint,
  kind: bigint,
  txnId: bigint,
  session: bigint,
  pathId: bigint,
];

/** Makes a table of all that concerns ephemerals of sessions closed without a list; false where there are none. */
function listEvents(database: Database, choice: TxnChoice): boolean {
  const { sql, values } = chosen(choice);
  database.exec('CREATE TEMP TABLE closing (session_id INTEGER, txn_id INTEGER, zxid INTEGER)');
  run(
    database,
    `INSERT INTO closing SELECT t.session_id, t.id, t.zxid FROM txn t JOIN op o ON o.txn_id = t.id AND o.n = 0
     WHERE t.type = 'closeSession' AND o.deletes IS NULL AND ${sql}`,
    ...values,
  );
  if (database.prepare('SELECT 1 FROM closing').get() === undefined) return false;
  const closed = '(SELECT session_id FROM closing)';
  database.exec(
    'CREATE TEMP TABLE owned (zxid INTEGER, txn_id INTEGER, n INTEGER, session_id INTEGER, path_id INTEGER)',
  );
  run(
    database,
    `INSERT INTO owned SELECT t.zxid, t.id, o.n, t.session_id, o.path_id FROM op o JOIN txn t ON t.id = o.txn_id
     WHERE o.ephemeral = 1 AND o.applied = 1 AND o.path_id IS NOT NULL AND t.session_id IN ${closed} AND ${sql}`,
    ...values,
  );
  // Of what a fuzzy snapshot holds, txns behind its name are still to come; of what was lost, none is.
  run(
    database,
    `INSERT INTO owned SELECT n.zxid, NULL, NULL, z.ephemeral_owner, z.path_id
     FROM snapshot n JOIN server s ON s.id = n.server_id
     JOIN znode z ON z.ephemeral_owner IN ${closed} AND z.ephemeral_owner <> 0
       AND z.id >= n.id << ${PATH_ID_BITS} AND z.id < (n.id + 1) << ${PATH_ID_BITS}
     WHERE n.is_loaded = 1 AND n.is_sound = 1 AND s.cluster_id = ?
       AND NOT EXISTS (SELECT 1 FROM txn t WHERE t.cluster_id = s.cluster_id AND t.zxid = z.czxid
         AND (z.czxid > n.zxid OR t.committed = 0))`,
    choice.clusterId,
  );
  database.exec(
    'CREATE TEMP TABLE event (seq INTEGER PRIMARY KEY, zxid INTEGER, kind INTEGER, txn_id INTEGER, session_id INTEGER, path_id INTEGER)',
  );
  run(
    database,
    `INSERT INTO event (zxid, kind, txn_id, session_id, path_id)
     SELECT zxid, kind, txn_id, session_id, path_id FROM (
       SELECT zxid, iif(txn_id IS NULL, ${IN_SNAPSHOT}, ${CREATE}) AS kind, txn_id, n, session_id, path_id FROM owned
       UNION ALL SELECT zxid, ${CLOSE}, txn_id, 0, session_id, 0 FROM closing
       UNION ALL SELECT t.zxid, ${DELETE}, t.id, o.n, 0, o.path_id FROM (SELECT DISTINCT path_id FROM owned) p
         JOIN op o ON o.path_id = p.path_id JOIN txn t ON t.id = o.txn_id
         WHERE (o.type = 'delete' OR o.type = 'deleteContainer') AND o.applied = 1 AND ${sql})
     ORDER BY zxid, kind = ${IN_SNAPSHOT}, txn_id, n, path_id`,
    ...values,
  );
  return true;
}

const PAGE = 10_000;

function walk(database: Database, runs: readonly ZxidRun[]): void {
  const holes = holesOf(runs);
  const page = database.prepare('SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?').raw();
  const living = new LivingEphemerals();
  const writer = new ImpliedWriter(database);
  let hole = 0;
  // By pages: nothing can be written while rows are read.
  for (let events = page.all(0, PAGE) as Event[]; events.length > 0; ) {
    for (const [, zxid, kind, txnId, session, pathId] of events) {
      for (; hole < holes.length && isBehind(holes[hole]!, zxid, kind); hole++) living.clear();
      if (kind === BigInt(CLOSE)) writer.write(txnId, living.close(session));
      else if (kind === BigInt(DELETE)) living.delete(Number(pathId));
      else living.add(session, Number(pathId));
    }
    events = page.all(events.at(-1)![0], PAGE) as Event[];
  }
}

/** The last zxid of each hole. */
function holesOf(runs: readonly ZxidRun[]): bigint[] {
  return runs.flatMap(({ from }, i) =>
    i > 0 && stepOf(runs[i - 1]!.to, from)?.kind === 'hole' ? [from - 1n] : [],
  );
}

function isBehind(hole: bigint, zxid: bigint, kind: bigint): boolean {
  return zxid > hole || (zxid === hole && kind > BEHIND_TXN);
}

/** The ephemerals there are at some place of the walk, by their sessions. */
class LivingEphemerals {
  readonly #bySession = new Map<bigint, Set<number>>();
  readonly #owners = new Map<number, bigint>();

  add(session: bigint, pathId: number): void {
    this.delete(pathId);
    this.#owners.set(pathId, session);
    const paths = this.#bySession.get(session);
    if (paths === undefined) this.#bySession.set(session, new Set([pathId]));
    else paths.add(pathId);
  }

  delete(pathId: number): void {
    const owner = this.#owners.get(pathId);
    if (owner === undefined) return;
    this.#owners.delete(pathId);
    this.#bySession.get(owner)?.delete(pathId);
  }

  /** Ends a session; returns what it owned. */
  close(session: bigint): Iterable<number> {
    const paths = this.#bySession.get(session) ?? [];
    this.#bySession.delete(session);
    for (const pathId of paths) this.#owners.delete(pathId);
    return paths;
  }

  clear(): void {
    this.#bySession.clear();
    this.#owners.clear();
  }
}

/** Writes what a closeSession deletes, in the order of the paths: servers have none. */
class ImpliedWriter {
  readonly #paths: PathText;
  readonly #insert: Statement;

  constructor(database: Database) {
    this.#paths = new PathText(database);
    this.#insert = database.prepare(
      `INSERT INTO op (txn_id, n, type, path_id, parent_id, applied, implied)
       SELECT ?, ?, 'delete', p.id, nullif(p.parent_id, 0), 1, ${COMPUTED} FROM path p WHERE p.id = ?`,
    );
  }

  write(txnId: bigint, pathIds: Iterable<number>): void {
    const paths = [...pathIds].map((id) => ({ id, path: this.#paths.of(id) }));
    paths.sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const [i, { id }] of paths.entries()) this.#insert.run(txnId, i + 1, id);
  }
}
