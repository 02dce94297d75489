// The columns of Parquet files, as docs/parquet.md has them: ids and zxids are signed INT64, times INT64 milliseconds.
import { aclText } from '../../analysis/acl-row.js';
import type { OpRow } from '../../analysis/op-row.js';
import type { ZnodeRow } from '../../analysis/znode-row.js';
import type { ParquetColumn } from '../../export/parquet-file.js';

/** A znode of a tree. */
export const znodeParquet: readonly ParquetColumn<ZnodeRow>[] = [
  { name: 'path', type: 'text', value: ({ path }) => path },
  { name: 'kind', type: 'text', value: ({ kind }) => kind },
  { name: 'ttl', type: 'int64', value: ({ ttl }) => ttl },
  { name: 'czxid', type: 'int64', value: ({ czxid }) => czxid },
  { name: 'mzxid', type: 'int64', value: ({ mzxid }) => mzxid },
  { name: 'pzxid', type: 'int64', value: ({ pzxid }) => pzxid },
  { name: 'ctime', type: 'int64', value: ({ ctime }) => ctime },
  { name: 'mtime', type: 'int64', value: ({ mtime }) => mtime },
  { name: 'version', type: 'int32', value: ({ version }) => version },
  { name: 'cversion', type: 'int32', value: ({ cversion }) => cversion },
  { name: 'aversion', type: 'int32', value: ({ aversion }) => aversion },
  { name: 'ephemeral_owner', type: 'int64', value: ({ ephemeralOwner }) => ephemeralOwner },
  { name: 'data_length', type: 'int32', value: ({ dataLength }) => dataLength },
  { name: 'num_children', type: 'int32', value: ({ numChildren }) => numChildren ?? null },
  { name: 'acl', type: 'text', value: ({ acl }) => (acl === null ? null : aclText(acl)) },
  { name: 'data', type: 'bytes', value: ({ data }) => data ?? null },
];

/** An op of a history. */
export const opParquet: readonly ParquetColumn<OpRow>[] = [
  { name: 'zxid', type: 'int64', value: ({ zxid }) => zxid },
  { name: 'time', type: 'int64', value: ({ time }) => time },
  { name: 'session', type: 'int64', value: ({ session }) => session },
  { name: 'cxid', type: 'int32', value: ({ cxid }) => cxid },
  { name: 'type', type: 'text', value: ({ type }) => type },
  { name: 'path', type: 'text', value: ({ path }) => path ?? null },
  { name: 'multi', type: 'int32', value: ({ multi }) => multi ?? null },
  { name: 'applied', type: 'boolean', value: ({ applied }) => applied ?? true },
  { name: 'implied', type: 'boolean', value: ({ implied }) => implied ?? false },
  { name: 'commit', type: 'text', value: ({ commit }) => commit ?? null },
  { name: 'error', type: 'int32', value: ({ error }) => error ?? null },
  { name: 'version', type: 'int32', value: ({ version }) => version ?? null },
  { name: 'parent_cversion', type: 'int32', value: ({ parentCVersion }) => parentCVersion ?? null },
  { name: 'ephemeral', type: 'boolean', value: ({ ephemeral }) => ephemeral ?? null },
  { name: 'ttl', type: 'int64', value: ({ ttl }) => ttl ?? null },
  { name: 'timeout', type: 'int32', value: ({ timeout }) => timeout ?? null },
  { name: 'deletes', type: 'int32', value: ({ deletes }) => deletes ?? null },
  { name: 'op_code', type: 'int32', value: ({ opCode }) => opCode ?? null },
  { name: 'acl', type: 'text', value: ({ acl }) => (acl == null ? null : aclText(acl)) },
  { name: 'data_length', type: 'int32', value: ({ dataLength }) => dataLength ?? null },
  { name: 'data', type: 'bytes', value: ({ data }) => data ?? null },
  { name: 'digest', type: 'int64', value: ({ digest }) => digest ?? null },
  { name: 'file', type: 'text', value: ({ file }) => file },
  { name: 'offset', type: 'int64', value: ({ offset }) => BigInt(offset) },
  { name: 'length', type: 'int32', value: ({ length }) => length },
];
