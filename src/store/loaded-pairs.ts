// Two loaded snapshots compared by SQLite itself: of one index, or of two. It passes over the znodes of one and looks
// each up in the other, so that every column and every byte of data is compared, and only what differs comes out.
//
// In one index a path has one id, and both are passed side by side. Of two indexes the paths are matched name by name
// first, which takes as long again.
import type { RawText } from '../jute/raw-text.js';
import { type Database, damagedIndex, openForReading, type Statement } from './database.js';
import { mateAcls } from './mate-acls.js';
import { differing, isEphemeral, type PairWish } from './pair-condition.js';
import { ROOT_ID } from './path-table.js';
import { PathText } from './path-text.js';
import { PATH_ID_BITS } from './schema.js';

/** A loaded snapshot of an index. Plain data: it is sent to threads. */
export interface LoadedTree {
  /** The index. */
  readonly file: string;
  readonly snapshotId: number;
  readonly znodes: number;
  /** False in an index made with --no-data. */
  readonly hasData: boolean;
}

/** The two differ in what counts. */
export const DIFFERS = 1;
/** The one of the first tree is an ephemeral; of the second. */
export const EPHEMERAL_A = 2;
export const EPHEMERAL_B = 4;
/** The last row of a pass over two indexes: how many paths there are in it. */
const VISITED = 8;

/** One of two trees. */
export type SideName = 'a' | 'b';

/** Path ids in the index of each, bytes of data (-1 where there is no znode), and the marks above. */
export type LoadedPair = readonly [
  a: number | null,
  b: number | null,
  bytesA: number,
  bytesB: number,
  marks: number,
];

const bytes = (side: string) => `iif(${side}.id IS NULL, -1, ifnull(${side}.data_length, 0))`;

/** Paths of one index that are asked for at once. */
const STEP = 16_384;

interface Side {
  /** The name of its index in this connection. */
  readonly schema: 'main' | 'other';
  /** Row id of a znode without its path. */
  readonly first: number;
  readonly paths: PathText;
}

/** Two loaded snapshots, of one index or of two. Close it when done. */
export class LoadedPairs {
  readonly isOneIndex: boolean;
  readonly #database: Database;
  readonly #sides: Readonly<Record<SideName, Side>>;

  /** @throws IndexError where a file is no index. */
  constructor(a: LoadedTree, b: LoadedTree) {
    this.#database = openForReading(a.file);
    this.isOneIndex = a.file === b.file;
    if (!this.isOneIndex) this.#database.prepare('ATTACH ? AS other').run(b.file);
    const side = (schema: Side['schema'], { snapshotId }: LoadedTree) => {
      return { schema, first: snapshotId * 2 ** PATH_ID_BITS, paths: new PathText(this.#database, schema) };
    };
    this.#sides = { a: side('main', a), b: side(this.isOneIndex ? 'main' : 'other', b) };
  }

  /** Ids of paths are below this. */
  #endOfPaths(of: SideName): number {
    return this.#number(`SELECT max(id) + 1 FROM ${this.#sides[of].schema}.path`);
  }

  /** The id of the parent by the id of a path; 0 for the root. @throws IndexError where it is not below that. */
  parents(of: SideName): Int32Array {
    const parents = new Int32Array(this.#endOfPaths(of));
    const rows = this.#database
      .prepare(`SELECT parent_id FROM ${this.#sides[of].schema}.path WHERE id > ? ORDER BY id LIMIT 65536`)
      .pluck()
      .safeIntegers(false);
    let id = 0;
    for (let ids = rows.all(id) as number[]; ids.length > 0; ids = rows.all(id) as number[]) {
      for (const parent of ids) {
        id++;
        if (parent >= id) throw damagedIndex(this.#database, `path ${id} has a parent behind it`);
        parents[id] = parent;
      }
    }
    if (id !== parents.length - 1) throw damagedIndex(this.#database, 'ids of paths are missing');
    return parents;
  }

  /** Znodes of a tree at and below a path. */
  count(of: SideName, under: RawText): number {
    const { first, schema } = this.#sides[of];
    if (under === '') {
      const all = `SELECT count(*) FROM ${schema}.znode WHERE id >= ? AND id < ?`;
      return this.#number(all, first, first + 2 ** PATH_ID_BITS);
    }
    const top = this.idOf(of, under);
    const below = `WITH RECURSIVE s(id) AS (SELECT ? UNION ALL
        SELECT p.id FROM s CROSS JOIN ${schema}.path p ON p.parent_id = s.id AND p.id > s.id)
      SELECT count(*) FROM s CROSS JOIN ${schema}.znode z ON z.id = ? + s.id`;
    return top === null ? 0 : this.#number(below, top, first);
  }

  /**
   * What only one of them has, and pairs of which the second is otherwise: of one index those in the first or in the
   * second half of its paths, of two what A has (part 0) or what B alone has (part 1).
   */
  *differing(wish: PairWish, part: 0 | 1): Generator<LoadedPair> {
    const ofA = () => this.#differing(wish);
    const ofB = () => this.#select('b', `${DIFFERS} + ${EPHEMERAL_B} * ${isEphemeral('x')}`, 'y.id IS NULL');
    if (!this.isOneIndex) {
      const side = part === 0 ? 'a' : 'b';
      const rows = this.#prepared(side === 'a' ? ofA() : ofB());
      for (const row of rows.iterate() as Iterable<LoadedPair>) {
        if (row[4] === VISITED) this.#checkVisited(side, row[0]!);
        else yield side === 'a' ? row : turned(row);
      }
      return;
    }
    const [rowsOfA, rowsOfB] = [this.#prepared(ofA()), this.#prepared(ofB())];
    const end = this.#endOfPaths('a');
    const middle = Math.ceil(end / 2);
    const last = part === 0 ? middle : end;
    // Step by step, so that what was read for the first is there for the second.
    for (let from = part === 0 ? 0 : middle; from < last; from += STEP) {
      const to = Math.min(from + STEP, last);
      yield* rowsOfA.all(from, to) as LoadedPair[];
      for (const row of rowsOfB.all(from, to) as LoadedPair[]) yield turned(row);
    }
  }

  /** The id of a path; null where its index has none. */
  idOf(of: SideName, path: RawText): number | null {
    return this.#sides[of].paths.idOf(path);
  }

  /** The path with an id, "" for the root. */
  pathOf(of: SideName, id: number): RawText {
    return id === ROOT_ID ? ('' as RawText) : this.#sides[of].paths.of(id);
  }

  close(): void {
    this.#database.close();
  }

  #differing(wish: PairWish): string {
    const { withoutMtime } = wish;
    const configId = withoutMtime === null ? null : this.idOf('a', withoutMtime);
    const differ = differing(wish, configId, () => mateAcls(this.#database, this.#sides.b.schema));
    if (!wish.withEphemerals) return this.#select('a', `${DIFFERS}`, differ);
    const ephemerals = `${EPHEMERAL_A} * ${isEphemeral('x')} + ${EPHEMERAL_B} * ${isEphemeral('y')}`;
    const wanted = `(${differ} OR ${isEphemeral('x')} OR ${isEphemeral('y')})`;
    return this.#select('a', `${differ} + ${ephemerals}`, wanted);
  }

  /** SQL that passes over the rows x of a tree, with the row y of the other at the same path. */
  #select(of: SideName, marks: string, condition: string): string {
    const [x, y] = [this.#sides[of], this.#sides[of === 'a' ? 'b' : 'a']];
    const select = `SELECT x.path_id, y.path_id, ${bytes('x')}, ${bytes('y')}, ${marks}`;
    if (this.isOneIndex) {
      return `${select} FROM znode x LEFT JOIN znode y ON y.id = x.id + ${y.first - x.first}
        WHERE x.id >= ? + ${x.first} AND x.id < ? + ${x.first} AND ${condition}`;
    }
    // In the order of the rows on disk. Parents have lower ids; a damaged index must not lead in circles.
    return `WITH RECURSIVE
        m(x, y) AS (
          VALUES (${ROOT_ID}, ${ROOT_ID})
          UNION ALL
          SELECT p.id, q.id FROM m CROSS JOIN ${x.schema}.path p ON p.parent_id = m.x AND p.id > m.x
            LEFT JOIN ${y.schema}.path q ON q.parent_id = m.y AND q.name = p.name),
        s AS MATERIALIZED (SELECT x, y FROM m ORDER BY x)
      ${select} FROM s CROSS JOIN ${x.schema}.znode x ON x.id = ${x.first} + s.x
        LEFT JOIN ${y.schema}.znode y ON y.id = ${y.first} + s.y WHERE ${condition}
      UNION ALL SELECT count(*), NULL, 0, 0, ${VISITED} FROM s`;
  }

  #prepared(sql: string): Statement {
    return this.#database.prepare(sql).raw().safeIntegers(false);
  }

  #checkVisited(of: SideName, visited: number): void {
    const paths = this.#number(`SELECT count(*) FROM ${this.#sides[of].schema}.path`);
    if (visited !== paths) throw damagedIndex(this.#database, 'a path has no parent');
  }

  #number(sql: string, ...values: readonly number[]): number {
    return this.#database.prepare(sql).pluck().safeIntegers(false).get(values) as number;
  }
}

/** A row of a pass over B, as others are. */
function turned([b, a, bytesB, bytesA, marks]: LoadedPair): LoadedPair {
  return [a, b, bytesA, bytesB, marks];
}
