// The txns that a server replays, as it understands them.
import type { Op } from '../records/op.js';
import { OP_CODES } from '../records/op-code.js';
import type { Zxid } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { BootFiles } from './boot-files.js';
import { logsFrom } from './boot-logs.js';
import type { DataFile } from './data-dir.js';
import { readsOpInMulti } from './release.js';
import { ServerLog } from './server-log.js';
import type { ServerSettings } from './server-settings.js';

/**
 * The txns behind the snapshot at `snapshotZxid`, from the logs whose names are seen, in the order in which they are
 * applied. Their buffers live until the next one. What stops the server ends them.
 */
export function* serverTxns(
  visible: readonly DataFile[],
  snapshotZxid: Zxid,
  settings: ServerSettings,
  files: BootFiles,
): Generator<LoggedTxn> {
  let isBehind = false;
  for (const file of logsFrom(visible, snapshotZxid + 1n)) {
    const { end } = files.log(file);
    if (end === null) return;
    const log = new ServerLog(file.path);
    try {
      for (const record of log.records()) {
        if (record.offset >= end.offset) break;
        isBehind ||= record.zxid > snapshotZxid;
        if (!isBehind) continue;
        const { txn, offset, length } = record;
        const evidence = { file: file.path, offset, length };
        yield { txn: { ...txn, op: opTo(txn.op, settings) }, evidence };
      }
    } finally {
      log.close();
    }
  }
}

/** An op as a server takes it. */
function opTo(op: Op, settings: ServerSettings): Op {
  if (op.op === 'closeSession' && !settings.readsCloseSessionLists) return { ...op, paths2Delete: null };
  if (op.op !== 'multi' || op.failed) return op;
  const unread = op.ops.findIndex((part) => !readsOpInMulti(settings.release, codeOf(part)));
  return unread === -1 ? op : { ...op, ops: op.ops.slice(0, unread) };
}

function codeOf(op: Op): number {
  return op.op === 'unknown' ? op.code : OP_CODES[op.op];
}
