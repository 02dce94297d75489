// A txn as rows, one an op: the names and values of docs/json.md.
import type { RawText } from '../jute/raw-text.js';
import type { Op } from '../records/op.js';
import { errorName } from '../records/op-code.js';
import type { CommitState, LoggedTxn } from '../txnlog/logged-txn.js';
import type { Txn } from '../txnlog/txn.js';
import { type AclRow, aclRows } from './acl-row.js';
import { pathBase64, shownPath } from './paths.js';

/** One op of a txn: the txn itself, a part of a multi, or a delete that a closeSession lists. */
export interface OpPart {
  readonly op: Op;
  /** Index in the multi; undefined outside one. */
  readonly multi: number | undefined;
  /** False in a multi of which a part failed: servers apply none of it. */
  readonly isApplied: boolean;
  /** True for a delete that is no txn of its own. */
  readonly isImplied: boolean;
}

/**
 * The ops of a txn in the order in which a server applies them. A multi becomes its parts (one without parts stays
 * as it is), and the deletes that a closeSession lists follow it.
 */
export function partsOf({ op }: Txn): readonly OpPart[] {
  if (op.op === 'multi' && op.ops.length > 0) {
    return op.ops.map((part, multi) => ({ op: part, multi, isApplied: !op.failed, isImplied: false }));
  }
  const whole = { op, multi: undefined, isApplied: true, isImplied: false };
  if (op.op !== 'closeSession' || op.paths2Delete === null) return [whole];
  return [whole, ...op.paths2Delete.map(impliedDelete)];
}

function impliedDelete(path: RawText | null): OpPart {
  return { op: { op: 'delete', path }, multi: undefined, isApplied: true, isImplied: true };
}

/** An op in output; `data` is still bytes. Fields that the op's type does not have are absent. */
export interface OpRow {
  readonly zxid: bigint;
  readonly time: bigint;
  readonly session: bigint;
  readonly cxid: number;
  /** Name of the op as in ZooDefs.OpCode; `unknown` for a body that cannot be read. */
  readonly type: Op['op'];
  /** Null where the server wrote a path of length -1. */
  readonly path?: string | null | undefined;
  /** The path's bytes, where they are not UTF-8 and `path` shows them as `\xNN`. */
  readonly pathBase64?: string | undefined;
  readonly multi?: number | undefined;
  /** False where no server applies it; absent otherwise. */
  readonly applied?: false | undefined;
  /** True for a delete that a closeSession lists; absent otherwise. */
  readonly implied?: true | undefined;
  /** Absent where one server's files were read, which do not tell. */
  readonly commit?: CommitState | undefined;
  /** KeeperException code; null where the log does not say which. */
  readonly error?: number | null | undefined;
  readonly errorName?: string | null | undefined;
  /** The resulting version; of a setACL the aversion, of a check the version checked for plus one. */
  readonly version?: number | undefined;
  /** -1 in a create of ZooKeeper before 3.4, which does not tell. */
  readonly parentCVersion?: number | undefined;
  readonly ephemeral?: boolean | undefined;
  /** Milliseconds. */
  readonly ttl?: bigint | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
  /** Deletes that a closeSession lists; absent where it lists none, as all do before 3.6. */
  readonly deletes?: number | undefined;
  readonly opCode?: number | undefined;
  readonly acl?: readonly AclRow[] | null | undefined;
  /** Absent, like the data, where an index was made without data. */
  readonly dataLength?: number | undefined;
  readonly data?: Buffer | null | undefined;
  /** Digest of the tree after the whole txn. */
  readonly digest?: bigint | undefined;
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Makes the row of one op of a txn. */
export function opRow({ txn, evidence, lacksData, commit }: LoggedTxn, part: OpPart): OpRow {
  const { clientId, cxid, zxid, time } = txn.header;
  return {
    zxid,
    time,
    session: clientId,
    cxid,
    type: part.op.op,
    multi: part.multi,
    applied: part.isApplied ? undefined : false,
    implied: part.isImplied ? true : undefined,
    commit,
    ...bodyFields(part.op),
    ...(lacksData ? NO_DATA : {}),
    digest: part.isImplied ? undefined : txn.digest?.treeDigest,
    file: evidence.file,
    offset: evidence.offset,
    length: evidence.length,
  };
}

const NO_DATA = { data: undefined, dataLength: undefined } as const;

function bodyFields(op: Op): Partial<OpRow> {
  switch (op.op) {
    case 'create':
    case 'create2':
      return { ...createFields(op), ephemeral: op.ephemeral };
    case 'createContainer':
      return createFields(op);
    case 'createTTL':
      return { ...createFields(op), ttl: op.ttl };
    case 'delete':
    case 'deleteContainer':
      return pathFields(op.path);
    case 'setData':
    case 'reconfig':
      return { ...pathFields(op.path), version: op.version, ...dataFields(op.data) };
    case 'setACL':
      return { ...pathFields(op.path), version: op.version, acl: aclRows(op.acl) };
    case 'check':
      return { ...pathFields(op.path), version: op.version };
    case 'error':
      return { error: op.err, errorName: op.err === null ? null : errorName(op.err) };
    case 'createSession':
      return { timeout: op.timeOut };
    case 'closeSession':
      return { deletes: op.paths2Delete?.length || undefined };
    case 'multi':
      return {};
    case 'unknown':
      return { opCode: op.code, ...dataFields(op.body) };
  }
}

function createFields(op: Extract<Op, { parentCVersion: number }>): Partial<OpRow> {
  const { path, data, acl, parentCVersion } = op;
  return { ...pathFields(path), parentCVersion, acl: aclRows(acl), ...dataFields(data) };
}

function pathFields(path: RawText | null): Partial<OpRow> {
  return path === null ? { path: null } : { path: shownPath(path), pathBase64: pathBase64(path) };
}

function dataFields(data: Buffer | null): Partial<OpRow> {
  return { dataLength: data?.length ?? 0, data };
}
