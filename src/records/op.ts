// An op: the body of a txn, or of one part of a multi, decoded.
import { FormatError } from '../errors.js';
import type { Cursor } from '../jute/cursor.js';
import { type CheckVersionTxn, readCheckVersionTxn } from './check-version-txn.js';
import { type CloseSessionTxn, readCloseSessionTxn } from './close-session-txn.js';
import { type CreateContainerTxn, readCreateContainerTxn } from './create-container-txn.js';
import { type CreateSessionTxn, createSessionTxnLayout } from './create-session-txn.js';
import { type CreateTTLTxn, readCreateTTLTxn } from './create-ttl-txn.js';
import { type CreateTxn, readCreateTxn } from './create-txn.js';
import { type DeleteTxn, readDeleteTxn } from './delete-txn.js';
import { type ErrorTxn, readErrorTxn } from './error-txn.js';
import { readMultiTxn } from './multi-txn.js';
import { opName } from './op-code.js';
import { readSetACLTxn, type SetACLTxn } from './set-acl-txn.js';
import { readSetDataTxn, type SetDataTxn } from './set-data-txn.js';
import { DIGEST_VERSION, TXN_DIGEST_BYTES } from './txn-digest.js';

/** What a txn does, by its op name. */
export type Op =
  | ({ readonly op: 'create' | 'create2' } & CreateTxn)
  | ({ readonly op: 'createContainer' } & CreateContainerTxn)
  | ({ readonly op: 'createTTL' } & CreateTTLTxn)
  | ({ readonly op: 'delete' | 'deleteContainer' } & DeleteTxn)
  | ({ readonly op: 'setData' | 'reconfig' } & SetDataTxn)
  | ({ readonly op: 'setACL' } & SetACLTxn)
  | ({ readonly op: 'check' } & CheckVersionTxn)
  | ({ readonly op: 'error' } & ErrorTxn)
  | ({ readonly op: 'createSession' } & CreateSessionTxn)
  | ({ readonly op: 'closeSession' } & CloseSessionTxn)
  | {
      readonly op: 'multi';
      readonly ops: readonly Op[];
      /** True where one part failed, so that a server applies none (DataTree.processTxn). */
      readonly failed: boolean;
    }
  | UnknownOp;

/** An op of a type that no release logs, or whose body cannot be read. */
export interface UnknownOp {
  readonly op: 'unknown';
  /** The op code on disk. */
  readonly code: number;
  /** Of a body longer than a request to ZooKeeper the first MiB. */
  readonly body: Buffer;
  /** Why, and where. */
  readonly error: FormatError;
}

/** A multi with more parts that cannot be read than this is not read in parts. */
const MOST_UNKNOWN_PARTS = 100;

/**
 * Reads the body of a txn with op code `code`; a digest behind it is left to be read.
 * @throws FormatError for an op code that no release logs (servers stop there: "Unsupported Txn with type="),
 * TruncatedError for a body that ends too soon. A part of a multi that cannot be read becomes an UnknownOp, unless
 * there are many.
 */
export function readOp(code: number, cursor: Cursor): Op {
  if (opName(code) !== 'multi') return readSingleOp(code, cursor);
  let unknown = 0;
  const ops =
    readMultiTxn(cursor, (type, body) => {
      const part = readPart(type, body);
      if (part.op === 'unknown' && ++unknown > MOST_UNKNOWN_PARTS) throw part.error;
      return part;
    }) ?? [];
  return { op: 'multi', ops, failed: ops.some((part) => part.op === 'error') };
}

function readSingleOp(code: number, cursor: Cursor): Op {
  const op = opName(code);
  // Naming the fields, where a spread would do, saves a quarter of the time of a replay.
  switch (op) {
    case 'create':
    case 'create2': {
      const { path, data, acl, ephemeral, parentCVersion } = readCreateTxn(cursor);
      return { op, path, data, acl, ephemeral, parentCVersion };
    }
    case 'delete':
    case 'deleteContainer':
      return { op, path: readDeleteTxn(cursor).path };
    case 'setData':
    case 'reconfig': {
      const { path, data, version } = readSetDataTxn(cursor);
      return { op, path, data, version };
    }
    case 'error':
      return { op, err: readErrorTxn(cursor).err };
    case 'check': {
      const { path, version } = readCheckVersionTxn(cursor);
      return { op, path, version };
    }
    case 'setACL':
      return { ...readSetACLTxn(cursor), op };
    case 'createContainer':
      return { ...readCreateContainerTxn(cursor), op };
    case 'createTTL':
      return { ...readCreateTTLTxn(cursor), op };
    case 'createSession':
      return { ...cursor.record(createSessionTxnLayout), op };
    case 'closeSession':
      return { ...readCloseSession(cursor), op };
    default:
      throw cursor.error('op-unknown', 'an op code that ZooKeeper logs', String(code));
  }
}

// 3.6 and later write a vector, 3.5 and earlier nothing, and a digest may follow either. A vector of exactly 12
// bytes with count 2 would hold two empty paths, so what looks like a digest is one.
function readCloseSession(cursor: Cursor): CloseSessionTxn {
  const isAbsent =
    cursor.left === 0 || (cursor.left === TXN_DIGEST_BYTES && cursor.peekI32() === DIGEST_VERSION);
  return isAbsent ? { paths2Delete: null } : readCloseSessionTxn(cursor);
}

// A part that cannot be read does not keep the others from being shown.
//
// A leader that applied a failed multi before it logged it writes parts of type -1 that still have the body of what
// they were (3.8.6, an ensemble under load): such a body tells no error code.
function readPart(code: number, cursor: Cursor): Op {
  if (opName(code) === 'error' && cursor.left !== 4) return { op: 'error', err: null };
  const start = cursor.position;
  try {
    return readSingleOp(code, cursor);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    cursor.position = start;
    return unknownOp(code, cursor, error);
  }
}

const MOST_BODY_BYTES = 1024 * 1024;

/** An op that cannot be read; the cursor stands at its body. */
export function unknownOp(code: number, cursor: Cursor, error: FormatError): UnknownOp {
  return { op: 'unknown', code, body: cursor.rest().subarray(0, MOST_BODY_BYTES), error };
}
