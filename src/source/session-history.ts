// What there is to know of sessions: the txns of a history, and the session tables of the snapshots beside it.
import { STAT_AT } from '../tree/znode-table.js';
import { indexSessionTables } from './index-source.js';
import { openResolvedTxns, type Resolved } from './open.js';
import { readOrReport } from './read-or-report.js';
import { isSession, type OwnedZnode, type SessionTable } from './session-table.js';
import { SnapshotScan } from './snapshot-scan.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';
import type { TxnSource } from './sources.js';

/** Txns and session tables of one SOURCE. */
export interface SessionHistory {
  readonly txns: TxnSource;
  /** Tables of sound snapshots by zxid, each read when it is asked for; none beside a log file. */
  tables(): Iterable<SessionTable>;
  close(): void;
}

/**
 * Opens what was resolved, for a history of its sessions; close it afterwards. `emulate353` is as in `kindOf`.
 * @throws UsageError for a snapshot file.
 */
export function openSessionHistory(
  resolved: Resolved,
  options: SourceOptions,
  emulate353: boolean,
): SessionHistory {
  const txns = openResolvedTxns(resolved, options);
  try {
    const tables = tablesOf(resolved, options, emulate353);
    const close = () => {
      tables.close();
      txns.close();
    };
    return { txns, tables: () => tables.read(), close };
  } catch (error) {
    txns.close();
    throw error;
  }
}

interface Tables {
  read(): Iterable<SessionTable>;
  close(): void;
}

function tablesOf(resolved: Resolved, options: SourceOptions, emulate353: boolean): Tables {
  if (resolved.kind === 'index') return indexSessionTables(resolved, emulate353, options);
  if (resolved.kind !== 'directory') return { read: () => [], close: () => {} };
  const log = new SourceLog(options, resolved.shown);
  const files = resolved.dir.snapshots.filter(({ content }) => content === 'snapshot');
  return {
    *read() {
      for (const { path, name, zxid } of files) {
        const table = readOrReport(path, log.report, () => tableOf(path, name, zxid, log, emulate353));
        if (table !== null) yield table;
      }
    },
    close: () => {},
  };
}

/** Reads a snapshot whole, for only its end tells whether it is sound; null where it is not. */
function tableOf(
  path: string,
  name: string,
  zxid: bigint,
  log: SourceLog,
  emulate353: boolean,
): SessionTable | null {
  const scan = new SnapshotScan(path, log);
  const sessions = new Map<bigint, number>();
  for (const { id, timeout } of scan.sessions()) sessions.set(id, timeout);
  const ephemerals: OwnedZnode[] = [];
  for (const record of scan.records()) {
    const owner = record.view.getBigInt64(record.statStart + STAT_AT.ephemeralOwner);
    if (!isSession(owner, emulate353)) continue;
    ephemerals.push({ path: record.path, owner, czxid: record.stat.czxid });
  }
  return scan.isDamaged ? null : { name, zxid, sessions, ephemerals };
}
