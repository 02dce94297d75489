// The problem rows of an index.
import type { Problem, ProblemCode, Severity } from '../problems.js';
import type { Database, Statement } from './database.js';

/** Writes what was found wrong with the files of one server. */
export class ProblemTable {
  readonly #serverId: number;
  readonly #shown: (path: string) => string;
  readonly #insert: Statement;

  /** `shown` gives a file the name it has in the index. */
  constructor(database: Database, serverId: number, shown: (path: string) => string) {
    this.#serverId = serverId;
    this.#shown = shown;
    this.#insert = database.prepare(
      `INSERT INTO problem (server_id, file_id, code, severity, path, "offset", expected, found, context)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** `fileId` is null for what has no file row. */
  add(fileId: number | null, { code, severity, file, offset, expected, found, where }: Problem): void {
    const path = this.#shown(file);
    this.#insert.run(this.#serverId, fileId, code, severity, path, offset, expected, found, where ?? null);
  }
}

type Row = readonly [ProblemCode, Severity, string, bigint, string, string, string | null, bigint];

/** The problems of an index, of some servers or of all, in the order in which they were found. */
export function* readProblems(database: Database, serverIds?: readonly number[]): Generator<Problem> {
  const rows = database.prepare(
    'SELECT code, severity, path, "offset", expected, found, context, server_id FROM problem ORDER BY id',
  );
  for (const row of rows.raw().iterate() as Iterable<Row>) {
    const [code, severity, file, offset, expected, found, where, serverId] = row;
    if (serverIds !== undefined && !serverIds.includes(Number(serverId))) continue;
    // As it stands there: another version of zoolog may have written a code that this one does not know.
    yield { code, severity, file, offset: Number(offset), expected, found, where: where ?? undefined };
  }
}
