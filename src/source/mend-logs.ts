// Logs written anew without what servers stop at, for a replay that goes on behind it: the originals stay as they are.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { writeFully } from '../container/file-output.js';
import { plainSink } from '../container/plain-sink.js';
import type { DataFile } from '../datadir/data-dir.js';
import type { OnProblem } from '../problems.js';
import { OP_CODES } from '../records/op-code.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { LogRecord } from '../txnlog/log-record.js';
import { openTxnLog } from '../txnlog/read-log.js';
import { LogWriter } from '../txnlog/write-log.js';

/** What is done to logs. */
export interface Mending {
  /** Take records whose checksum alone is wrong. */
  readonly reseal: boolean;
  /** Put an error txn in the place of each that is missing or cannot be read. */
  readonly fill: boolean;
}

/** RUNTIMEINCONSISTENCY, which servers log for what failed without a reason of its own. */
const ERR = -2;
/** Missing txns in one place; more are a hole that is not to be papered over. */
const MOST_FILLED = 100_000n;

/** Writes logs anew to a folder; what was done is told a line each. */
export class LogMender {
  readonly #how: Mending;
  readonly #folder: string;
  readonly #tell: (line: string) => void;
  readonly #onProblem: OnProblem;
  /** Txns passed over so far. */
  missing = 0;
  readonly #names = new Map<string, string>();
  /** Of the last record that was written. */
  #last: Zxid | null = null;
  #time = 0n;

  constructor(how: Mending, folder: string, tell: (line: string) => void, onProblem: OnProblem) {
    this.#how = how;
    this.#folder = folder;
    this.#tell = tell;
    this.#onProblem = onProblem;
  }

  /** The name of the log that was written to a file; null for one that was not. */
  nameOf(file: string): string | null {
    return this.#names.get(file) ?? null;
  }

  /** Writes one anew, under its zxid and a number; they come by zxid. @throws InputError where the disk has no room. */
  mend({ path, name, zxid }: DataFile): void {
    // Two files can begin with one zxid: log.5 and log.5.old.
    const target = join(this.#folder, `log.${zxid.toString(16)}.${this.#names.size + 1}`);
    this.#names.set(target, name);
    const reader = openTxnLog(path, this.#onProblem);
    const fd = openSync(target, 'wx', 0o600);
    try {
      reader.givesUnsealed = this.#how.reseal;
      const writer = new LogWriter(plainSink('raw', (bytes) => writeFully(fd, target, bytes)));
      for (const record of reader.records()) this.#take(record, writer, name, zxid);
      writer.end();
    } finally {
      closeSync(fd);
      reader.close();
    }
  }

  #take(record: LogRecord, writer: LogWriter, name: string, first: Zxid): void {
    const { zxid } = record;
    if (!record.isSealed) {
      const expected = this.#last === null ? first : this.#last + 1n;
      const { op } = record.txn.op;
      if (zxid !== expected || op === 'unknown') return;
      this.#tell(
        `${name}: byte ${record.offset}: ${formatZxid(zxid)}, ${op}, taken though its checksum is wrong`,
      );
    }
    if (this.#how.fill) this.#fillUpTo(zxid, writer);
    writer.entry(record.entry);
    this.#last = zxid;
    this.#time = record.header.time;
  }

  #fillUpTo(zxid: Zxid, writer: LogWriter): void {
    const last = this.#last;
    if (last === null || epochOf(last) !== epochOf(zxid)) return;
    const missing = zxid - last - 1n;
    if (missing <= 0n || missing > MOST_FILLED) return;
    for (let at = last + 1n; at < zxid; at++) {
      const header = { clientId: 0n, cxid: 0, zxid: at, time: this.#time, type: OP_CODES.error };
      writer.txn({ header, op: { op: 'error', err: ERR }, digest: null });
    }
    this.missing += Number(missing);
    const range =
      missing === 1n ? formatZxid(last + 1n) : `${formatZxid(last + 1n)} to ${formatZxid(zxid - 1n)}`;
    this.#tell(`${range}: ${missing} txn${missing === 1n ? '' : 's'} missing, passed over`);
  }
}
