// A loaded snapshot of an index as the tree that a replay begins with: only what the replay needs of it is read.
import type { RawText } from '../jute/raw-text.js';
import { fillRecord } from '../snapshot/fill-record.js';
import type { Session } from '../snapshot/session.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import type { BaseNeed, BaseReading, BaseTree } from '../tree/base-tree.js';
import type { Database, Statement } from './database.js';
import type { IndexedSnapshot } from './index-reader.js';
import { ROOT_ID } from './path-table.js';
import { PathText } from './path-text.js';
import { PATH_ID_BITS } from './schema.js';
import { STAT_COLUMNS, type StatRow, statOf } from './stat-row.js';

/** The ACL key of its records: nobody asks for ACLs here. */
const NO_ACL = 0n;

type ZnodeRow = readonly [...StatRow, dataLength: bigint | null, data: Buffer | null];

const FIELDS = `${STAT_COLUMNS}, z.data_length, z.data`;

/** The tree of a loaded snapshot. Where data was left out of the index, it is so many zero bytes. */
export function indexBase(database: Database, snapshot: IndexedSnapshot): BaseTree {
  const { name, zxid, znodes, newestZxid: newest, treeDigest } = snapshot;
  const sums = { znodes, newest, treeDigest };
  return { name, zxid, sums, open: (need) => new IndexBaseReading(database, snapshot, need!) };
}

class IndexBaseReading implements BaseReading {
  readonly trailer: BaseReading['trailer'];
  readonly isSound: boolean;
  readonly #database: Database;
  readonly #snapshotId: number;
  readonly #firstId: number;
  readonly #need: BaseNeed;
  readonly #paths: PathText;
  readonly #znode: Statement;
  readonly #record = new ZnodeRecord();
  readonly #read = new Set<number>();

  constructor(database: Database, { id, trailer, isSound }: IndexedSnapshot, need: BaseNeed) {
    this.trailer = trailer;
    this.isSound = isSound;
    this.#database = database;
    this.#snapshotId = id;
    this.#firstId = id * 2 ** PATH_ID_BITS;
    this.#need = need;
    this.#paths = new PathText(database);
    this.#znode = database.prepare(`SELECT ${FIELDS} FROM znode z WHERE z.id = ?`).raw();
  }

  *sessions(): Generator<Session> {
    const rows = this.#database
      .prepare('SELECT session_id, timeout FROM session WHERE snapshot_id = ?')
      .raw();
    for (const [id, timeout] of rows.iterate(this.#snapshotId) as Iterable<[bigint, bigint]>) {
      yield { id, timeout: Number(timeout) };
    }
  }

  *acls(): Generator<never> {}

  *znodes(): Generator<ZnodeRecord> {
    const { paths, owners, below } = this.#need;
    for (const path of paths) {
      const id = this.#paths.idOf(path);
      if (id !== null) yield* this.#once(id, path);
    }
    const owned = this.#database
      .prepare(
        'SELECT path_id FROM znode WHERE ephemeral_owner = ? AND ephemeral_owner <> 0 AND id >= ? AND id < ?',
      )
      .pluck();
    for (const owner of owners) {
      const ids = owned.all(owner, this.#firstId, this.#firstId + 2 ** PATH_ID_BITS) as bigint[];
      for (const id of ids) yield* this.#once(Number(id));
    }
    for (const path of below) yield* this.#below(path);
  }

  close(): void {}

  *#below(path: RawText): Generator<ZnodeRecord> {
    const children = this.#database.prepare('SELECT id FROM path WHERE parent_id = ?').pluck();
    const top = this.#paths.idOf(path);
    const line = top === null ? [] : [top];
    for (let id = line.pop(); id !== undefined; id = line.pop()) {
      yield* this.#once(id);
      // Ids ascend on the way down; a damaged index must not lead in circles.
      for (const child of children.all(id) as bigint[]) if (child > id) line.push(Number(child));
    }
  }

  *#once(id: number, path?: RawText): Generator<ZnodeRecord> {
    if (this.#read.has(id)) return;
    this.#read.add(id);
    const row = this.#znode.get(this.#firstId + id) as ZnodeRow | undefined;
    if (row === undefined) return;
    const [length, data] = [row[9], row[10]];
    fillRecord(this.#record, {
      path: path ?? this.#pathOf(id),
      data: length === null ? null : (data ?? Buffer.alloc(Number(length))),
      acl: NO_ACL,
      stat: statOf(row),
    });
    yield this.#record;
  }

  #pathOf(id: number): RawText {
    return id === ROOT_ID ? ('' as RawText) : this.#paths.of(id);
  }
}
