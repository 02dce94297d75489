// The history in files: all snapshots and logs of a directory, or one file.
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { bytesOf, type RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import { OP_CODES } from '../records/op-code.js';
import type { Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZxidStep } from '../tree/continuity.js';
import type { LogSurvey, When } from '../tree/log-survey.js';
import { snapshotEnd } from '../tree/snapshot-end.js';
import type { LogRecord } from '../txnlog/log-record.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import {
  type HistoryScope,
  type HistorySource,
  needsChildren,
  type SnapshotFacts,
  type SnapshotView,
  type TxnRun,
} from './history-source.js';
import { LogFile } from './log-file.js';
import { readableLogs } from './log-source.js';
import { surveyLogs } from './log-survey.js';
import { mergeLogs } from './merge-logs.js';
import type { Resolved } from './resolve.js';
import { kept } from './scanned-tree.js';
import type { NamedDir } from './servers.js';
import { siblingWitnesses } from './sibling-logs.js';
import { SlowScan } from './slow-scan.js';
import { SnapshotScan } from './snapshot-scan.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';
import { Subtree } from './subtree.js';
import { TxnRuns } from './txn-runs.js';

type SnapshotFile = Pick<DataFile, 'path'> & { readonly zxid: Zxid | null };

/** Opens the history in a directory, a snapshot or a log. */
export function openFileHistory(
  resolved: Exclude<Resolved, { kind: 'index' }>,
  options: SourceOptions,
): HistorySource {
  const log = new SourceLog(options, resolved.shown);
  const release = () => resolved.close();
  const { name } = resolved;
  if (resolved.kind !== 'directory') {
    const isLog = resolved.kind === 'log';
    const files = { snapshots: isLog ? [] : [resolved], logs: isLog ? [resolved.path] : [], isOneFile: true };
    return new FileHistory({ name, ...files }, log, release);
  }
  const { dir } = resolved;
  for (const problem of dir.problems) log.report(problem);
  const { logs, areAll } = readableLogs(dir);
  const snapshots = dir.snapshots.filter(({ content }) => content === 'snapshot');
  const { siblings } = resolved;
  const files = { name, snapshots, logs: logs.map(({ path }) => path), siblings };
  const source = new DirectoryHistory(files, dir, log, release);
  source.isComplete = areAll;
  return source;
}

interface HistoryFiles {
  readonly name: string;
  /** Oldest first. */
  readonly snapshots: readonly SnapshotFile[];
  readonly logs: readonly string[];
  /** Other servers that lie beside this one. */
  readonly siblings?: readonly NamedDir[];
  /** Of a snapshot that was named by itself, what can be read is shown even if it is damaged. */
  readonly isOneFile?: boolean;
}

class FileHistory implements HistorySource {
  readonly name: string;
  isComplete = true;
  readonly #files: HistoryFiles;
  readonly #log: SourceLog;
  readonly #release: () => void;
  readonly #runs = new TxnRuns();

  constructor(files: HistoryFiles, log: SourceLog, release: () => void) {
    this.name = files.name;
    this.#files = files;
    this.#log = log;
    this.#release = release;
  }

  get problems(): readonly Problem[] {
    return this.#log.problems;
  }

  snapshots(scope: HistoryScope): SnapshotView[] {
    return this.#files.snapshots.map((file) => this.#view(file, scope));
  }

  *txns(scope: HistoryScope, _owners: ReadonlySet<bigint>, toZxid: Zxid | null = null): Generator<LoggedTxn> {
    const logs = this.#files.logs.map((path) => new LogFile(path, this.#log));
    const test = new MentionTest(scope.path);
    try {
      for (const { file, record } of mergeLogs(logs, toZxid, new SlowScan(this.#log, true), this.#log)) {
        const { view, entryStart } = record;
        this.#runs.note(view.getBigInt64(entryStart + 12), view.getBigInt64(entryStart + 20));
        if (!test.isWanted(record)) continue;
        const { offset, length, txn } = record;
        yield { txn, evidence: { file: this.#log.shown(file), offset, length } };
      }
    } finally {
      for (const log of logs) {
        this.isComplete &&= !log.isDamaged;
        log.close();
      }
    }
  }

  runs(): readonly TxnRun[] {
    return this.#runs.runs();
  }

  snapshotZxids(): readonly Zxid[] {
    return this.#files.snapshots.flatMap(({ zxid }) => zxid ?? []);
  }

  others(steps: readonly ZxidStep[]) {
    return siblingWitnesses(this.#files.siblings ?? [], steps, this.#log);
  }

  close(): void {
    this.#release();
  }

  #view({ path, zxid }: SnapshotFile, scope: HistoryScope): SnapshotView {
    const scan = new SnapshotScan(path, this.#log);
    return { zxid, znodes: () => inScope(scan, scope), facts: () => this.#facts(scan, zxid) };
  }

  #facts(scan: SnapshotScan, zxid: Zxid | null): SnapshotFacts | null {
    const file = this.#log.shown(scan.file);
    if (scan.isDamaged) {
      if (this.#files.isOneFile !== true) {
        this.#log.note(`${file} is damaged: what it shows is left out`);
        return null;
      }
      this.isComplete = false;
    }
    const sessions = new Map([...scan.sessions()].map(({ id, timeout }) => [id, timeout]));
    const { proof, zxid: end } = snapshotEnd(zxid ?? 0n, 0n, scan.trailer);
    const hasBlock = proof === 'digest block' || proof === 'lastProcessedZxid block';
    return {
      file,
      server: this.name,
      zxid,
      end: hasBlock ? end : null,
      digestZxid: scan.trailer?.digest?.zxid ?? null,
      timeoutOf: (session) => sessions.get(session) ?? null,
    };
  }
}

/** That of a directory, in which moments can be asked for. */
class DirectoryHistory extends FileHistory {
  readonly #dir: DataDir;
  readonly #dirLog: SourceLog;

  constructor(files: HistoryFiles, dir: DataDir, log: SourceLog, release: () => void) {
    super(files, log, release);
    this.#dir = dir;
    this.#dirLog = log;
  }

  survey(when: When): LogSurvey {
    return surveyLogs(this.#dir, when, this.#dirLog);
  }
}

/** The znodes of a snapshot that are in a scope: one pass over it. */
function* inScope(scan: SnapshotScan, scope: HistoryScope): Generator<Znode> {
  const wanted = new ScopeTest(scope);
  for (const record of scan.records()) {
    const depth = wanted.depthOf(record);
    if (depth < 0) continue;
    const znode = scan.znode(kept(record, true), undefined);
    if (depth === 0 && needsChildren(znode)) wanted.addChildren();
    yield znode;
  }
}

/** Which records of a snapshot are in a scope. */
class ScopeTest {
  readonly #subtree: Subtree;
  #deepest: number;

  constructor({ path, depth }: HistoryScope) {
    this.#subtree = new Subtree(path);
    this.#deepest = depth === 'all' ? Number.POSITIVE_INFINITY : depth;
  }

  /** Takes the children too, which stand behind their parent. */
  addChildren(): void {
    if (this.#deepest === 0) this.#deepest = 1;
  }

  /** Levels below the path, -1 for a record that is not in the scope. Exact for the path itself only. */
  depthOf(record: Parameters<Subtree['depthOf']>[0]): number {
    const depth = this.#subtree.depthOf(record, Math.min(this.#deepest, 1) + 1);
    return depth > this.#deepest ? -1 : depth;
  }
}

/** Which records of a log are worth decoding: those that hold the bytes of a path, and those of sessions. */
class MentionTest {
  readonly #path: Buffer;

  constructor(path: RawText) {
    this.#path = bytesOf(path);
  }

  isWanted({ view, entryStart, entry }: LogRecord): boolean {
    const type = view.getInt32(entryStart + 28);
    if (type === OP_CODES.createSession || type === OP_CODES.closeSession) return true;
    // An empty path, the root's, is in every record.
    return entry.includes(this.#path);
  }
}
