// The logs of several servers read side by side: which zxids each holds, and where they hold different txns.
import type { DataDir } from '../datadir/data-dir.js';
import type { Zxid } from '../records/zxid.js';
import { fingerprint } from '../store/fingerprint.js';
import type { Fork } from '../tree/commit-state.js';
import { ContinuityBuilder, type ZxidRun } from '../tree/continuity.js';
import { ForkList } from '../tree/fork-list.js';
import { joinRuns } from '../tree/holdings.js';
import type { LogRecord } from '../txnlog/log-record.js';
import { LogFile } from './log-file.js';
import { type MergedRecord, mergeLogs } from './merge-logs.js';
import type { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

/** What the logs of servers hold. */
export interface SideBySide {
  /** By the servers' places. */
  readonly runs: readonly (readonly ZxidRun[])[];
  readonly forks: readonly Fork[];
  /** True where the newest log of a server is damaged. */
  readonly isCut: readonly boolean[];
}

/** Reads the logs of all servers once; `onTxn` hears of each record. Damaged ones count with what is left of them. */
export function readSideBySide(
  dirs: readonly DataDir[],
  slow: SlowScan,
  log: SourceLog,
  onTxn: (record: LogRecord) => void,
): SideBySide {
  const servers = dirs.map((dir) => new ServerLogs(dir, slow, log));
  const forks = new ForkList();
  try {
    for (;;) {
      const lowest = lowestOf(servers);
      if (lowest === null) break;
      const variants = new Variants();
      for (const [place, server] of servers.entries()) {
        if (server.zxid === lowest) variants.add(server.record, place);
      }
      onTxn(variants.first);
      // The records are read on only now: variants are compared by their bytes.
      const found = variants.holders();
      for (const [place, server] of servers.entries()) {
        if (server.zxid !== lowest) continue;
        server.next();
        // Another file of the same server has it otherwise.
        for (; server.zxid === lowest; server.next()) found.push([place]);
      }
      if (found.length > 1) forks.add(lowest, found);
    }
  } finally {
    for (const server of servers) server.close();
  }
  return {
    runs: servers.map(({ runs }) => joinRuns(runs)),
    forks: forks.forks,
    isCut: servers.map(({ isCut }) => isCut),
  };
}

function lowestOf(servers: readonly ServerLogs[]): Zxid | null {
  let lowest: Zxid | null = null;
  for (const { zxid } of servers) if (zxid !== null && (lowest === null || zxid < lowest)) lowest = zxid;
  return lowest;
}

/** The logs of one server, at one of their records. */
class ServerLogs {
  /** Of the record; null behind the last. */
  zxid: Zxid | null = null;
  readonly #files: LogFile[];
  readonly #records: Iterator<MergedRecord>;
  readonly #continuity = new ContinuityBuilder();
  #record: LogRecord | null = null;

  constructor(dir: DataDir, slow: SlowScan, log: SourceLog) {
    const logs = dir.logs.filter(({ content }) => content === 'log');
    this.#files = logs.map(({ path }) => new LogFile(path, log));
    this.#records = mergeLogs(this.#files, null, slow, log);
    this.next();
  }

  get record(): LogRecord {
    return this.#record!;
  }

  get runs(): readonly ZxidRun[] {
    return this.#continuity.runs;
  }

  get isCut(): boolean {
    return this.#files.at(-1)?.isDamaged ?? false;
  }

  next(): void {
    const { value, done } = this.#records.next();
    this.#record = done ? null : value.record;
    this.zxid = done ? null : value.record.zxid;
    if (this.zxid !== null) this.#continuity.note(this.zxid);
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}

/** The records of one zxid: which are the same txn. */
class Variants {
  readonly #records: { readonly record: LogRecord; readonly holders: number[] }[] = [];

  get first(): LogRecord {
    return this.#records[0]!.record;
  }

  add(record: LogRecord, place: number): void {
    const same = this.#records.find((one) => isSame(one.record, record));
    if (same === undefined) this.#records.push({ record, holders: [place] });
    else same.holders.push(place);
  }

  holders(): number[][] {
    return this.#records.map(({ holders }) => holders);
  }
}

// Servers of other releases log one txn in other bytes.
function isSame(a: LogRecord, b: LogRecord): boolean {
  return a.entry.equals(b.entry) || fingerprint(a.entry, a.txn) === fingerprint(b.entry, b.txn);
}
