// An op as a row of the op table.
import type { Op } from '../records/op.js';
import type { AclTable } from './acl-table.js';
import type { PathTable } from './path-table.js';

/** Columns of `op` after txn_id and n, in the table's order. */
export type OpRow = readonly unknown[];

/** What an op's row refers to. */
export interface OpTables {
  readonly paths: PathTable;
  readonly acls: AclTable;
  /** Leave the data out. */
  readonly withoutData: boolean;
}

// Places in the row, and what the rest of it begins with.
const [TYPE, PATH, PARENT, APPLIED, IMPLIED, VERSION, ERROR, ACL, EPHEMERAL, PARENT_CVERSION] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
const [TTL, TIMEOUT, DELETES, CODE, DATA_LENGTH, DATA] = [10, 11, 12, 13, 14, 15] as const;
export const OP_COLUMNS = 16;

/**
 * The row of an op that is no multi. Hot: one array serves all ops, so a row must be written before the next is
 * made.
 */
export class OpRows {
  readonly #tables: OpTables;
  readonly #row: unknown[] = new Array(OP_COLUMNS).fill(null);

  constructor(tables: OpTables) {
    this.#tables = tables;
  }

  of(op: Op, isApplied: boolean, isImplied: boolean): OpRow {
    const row = this.#row.fill(null);
    row[TYPE] = op.op;
    row[APPLIED] = isApplied ? 1 : 0;
    row[IMPLIED] = isImplied ? 1 : 0;
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
        this.#setPath(op.path);
        this.#setData(op.data);
        row[ACL] = this.#tables.acls.idOf(op.acl);
        row[PARENT_CVERSION] = op.parentCVersion;
        if (op.op === 'createTTL') row[TTL] = op.ttl;
        else if (op.op !== 'createContainer') row[EPHEMERAL] = op.ephemeral ? 1 : 0;
        break;
      case 'delete':
      case 'deleteContainer':
        this.#setPath(op.path);
        break;
      case 'setData':
      case 'reconfig':
        this.#setPath(op.path);
        this.#setData(op.data);
        row[VERSION] = op.version;
        break;
      case 'setACL':
        this.#setPath(op.path);
        row[ACL] = this.#tables.acls.idOf(op.acl);
        row[VERSION] = op.version;
        break;
      case 'check':
        this.#setPath(op.path);
        row[VERSION] = op.version;
        break;
      case 'error':
        row[ERROR] = op.err;
        break;
      case 'createSession':
        row[TIMEOUT] = op.timeOut;
        break;
      case 'closeSession':
        row[DELETES] = op.paths2Delete?.length ?? null;
        break;
      case 'unknown':
        row[CODE] = op.code;
        this.#setData(op.body);
    }
    return row;
  }

  #setPath(path: Parameters<PathTable['idsOf']>[0] | null): void {
    if (path === null) return;
    const { id, parent } = this.#tables.paths.idsOf(path);
    this.#row[PATH] = id;
    this.#row[PARENT] = parent === 0 ? null : parent;
  }

  #setData(data: Buffer | null): void {
    this.#row[DATA_LENGTH] = data === null ? null : data.length;
    if (!this.#tables.withoutData) this.#row[DATA] = data;
  }
}
