// Ops of an index, put together again from their rows.
import { FormatError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Op } from '../records/op.js';
import { OP_CODES, type OpName } from '../records/op-code.js';
import type { IndexAcls } from './index-acls.js';
import type { PathText } from './path-text.js';

/** A row of the op table, in the order of OP_COLUMNS. */
export type OpRow = readonly [
  txnId: bigint,
  type: string,
  pathId: bigint | null,
  implied: bigint,
  version: bigint | null,
  error: bigint | null,
  aclId: bigint | null,
  ephemeral: bigint | null,
  parentCVersion: bigint | null,
  ttl: bigint | null,
  timeout: bigint | null,
  deletes: bigint | null,
  code: bigint | null,
  dataLength: bigint | null,
  data: Buffer | null,
  parentId: bigint | null,
  name: unknown,
];

/** What is read, with the row of the path: to ask for each path by itself takes twice the time. */
export const OPS = 'op LEFT JOIN path ON path.id = op.path_id';
export const OP_COLUMNS = `txn_id, type, path_id, implied, version, error, acl_id, ephemeral, parent_cversion, ttl, timeout,
  deletes, code, data_length, data, path.parent_id, name`;

// Places in a row.
const [PATH, IMPLIED, DELETES, CODE, DATA_LENGTH, DATA, PARENT, NAME] = [
  2, 3, 11, 12, 13, 14, 15, 16,
] as const;

/** Makes ops of their rows. */
export class StoredOps {
  readonly #paths: PathText;
  readonly #acls: IndexAcls;

  constructor(paths: PathText, acls: IndexAcls) {
    this.#paths = paths;
    this.#acls = acls;
  }

  /** What a txn of this type does; `ops` are its rows, of which there is one at least but for a multi. */
  op(type: string, ops: readonly OpRow[]): Op {
    if (type === 'multi') {
      const parts = ops.map((op) => this.#single(op));
      return { op: 'multi', ops: parts, failed: parts.some((part) => part.op === 'error') };
    }
    if (type !== 'closeSession') return this.#single(ops[0]!);
    const listed = ops.filter((op) => op[IMPLIED] === 1n);
    const hasList = ops[0]![DELETES] !== null;
    return { op: 'closeSession', paths2Delete: hasList ? listed.map((op) => this.#path(op)) : null };
  }

  #single(row: OpRow): Op {
    const [, type, , , version, error, aclId, ephemeral, parentCVersion, ttl, timeout] = row;
    const op = type as Op['op'];
    const path = this.#path(row);
    switch (op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL': {
        const created = {
          path,
          data: dataOf(row),
          acl: this.#acl(aclId),
          parentCVersion: Number(parentCVersion),
        };
        if (op === 'createContainer') return { op, ...created };
        return op === 'createTTL'
          ? { op, ...created, ttl: ttl! }
          : { op, ...created, ephemeral: ephemeral === 1n };
      }
      case 'delete':
      case 'deleteContainer':
        return { op, path };
      case 'setData':
      case 'reconfig':
        return { op, path, data: dataOf(row), version: Number(version) };
      case 'setACL':
        return { op, path, acl: this.#acl(aclId), version: Number(version) };
      case 'check':
        return { op, path, version: Number(version) };
      case 'error':
        return { op, err: error === null ? null : Number(error) };
      case 'createSession':
        return { op, timeOut: Number(timeout) };
      default:
        return unknownOp(row);
    }
  }

  #path(row: OpRow): RawText | null {
    const id = row[PATH];
    return id === null ? null : this.#paths.ofRow(Number(id), row[PARENT], row[NAME]);
  }

  #acl(id: bigint | null): readonly ACL[] | null {
    return id === null ? null : this.#acls.get(Number(id));
  }
}

let zeros = Buffer.alloc(0);

/** The data of an op; where it was left out of the index, as many zero bytes. */
function dataOf(row: OpRow): Buffer | null {
  if (row[DATA_LENGTH] === null || row[DATA] !== null) return row[DATA];
  const length = Number(row[DATA_LENGTH]);
  if (zeros.length < length) zeros = Buffer.alloc(length);
  return zeros.subarray(0, length);
}

/** The op code of a txn of this type. */
export function codeOf(type: string, ops: readonly OpRow[]): number {
  return type === 'unknown' ? Number(ops[0]?.[CODE]) : OP_CODES[type as OpName];
}

function unknownOp(row: OpRow): Op {
  const code = Number(row[CODE]);
  const expected = 'an op code that ZooKeeper logs';
  const error = new FormatError({ code: 'op-unknown', file: '', offset: 0, expected, found: String(code) });
  return { op: 'unknown', code, body: row[DATA] ?? Buffer.alloc(0), error };
}
