// inspect: what is in a server's directory, file by file, and in one row a server.
import type { DataDir, EpochFile } from '../datadir/data-dir.js';
import { FormatError, InputError } from '../errors.js';
import { type OnProblem, type Problem, problem, problemOf } from '../problems.js';
import { epochOf, formatZxid } from '../records/zxid.js';
import { gapsBetween } from '../txnlog/log-gap.js';
import {
  bareFacts,
  type FileFacts,
  type InspectedFile,
  type LogVisitor,
  type OnBytes,
  type SnapshotVisitor,
} from './file-facts.js';
import { inspectLog } from './inspect-log.js';
import { inspectQuickly } from './inspect-quick.js';
import { inspectSnapshot } from './inspect-snapshot.js';

/** A server in output. */
export interface ServerFacts {
  readonly server: string;
  readonly snapDir: string;
  readonly logDir: string;
  /** First line of myid. */
  readonly myid: string | null;
  readonly currentEpoch: bigint | null;
  readonly acceptedEpoch: bigint | null;
  readonly snapshots: number;
  readonly logs: number;
  readonly bytes: number;
  /** zxid in the name of the newest snapshot. */
  readonly newestSnapshot: bigint | null;
  /** The same of the newest that is sound; null without one, and where checksums were not looked at. */
  readonly newestSound: bigint | null;
  /** Range of the logs. */
  readonly firstZxid: bigint | null;
  readonly lastZxid: bigint | null;
  readonly firstTime: bigint | null;
  readonly lastTime: bigint | null;
  readonly txns: number | null;
  /** The oldest release that writes all that is in its files. */
  readonly release: string | null;
  readonly problems: number;
  /** Other names in its folders. */
  readonly others: readonly string[];
}

/** How files are looked at. */
export interface InspectOptions {
  /** Headers and tails only (default false). */
  readonly quick?: boolean | undefined;
  readonly onProblem: OnProblem;
  readonly onBytes?: OnBytes;
  /** What else reads along, where the file is of its kind; not where it is looked at quickly. */
  readonly snapshotVisitor?: SnapshotVisitor;
  readonly logVisitor?: LogVisitor;
}

/** Looks at one file. What is wrong with it is reported; what was read of it is in the row. */
export function inspectFile(target: InspectedFile, options: InspectOptions): FileFacts {
  let problems = target.known?.length ?? 0;
  const report = (found: Problem) => {
    problems++;
    options.onProblem({ ...found, file: target.shown });
  };
  const facts = read(target, options, report);
  for (const found of nameProblems(target, facts)) report(found);
  return { ...facts, problems };
}

/** Where a file is not what its name says it is. */
function nameProblems({ shown, file }: InspectedFile, facts: FileFacts): Problem[] {
  const { zxid } = file;
  const { firstZxid, lastProcessedZxid, digestZxid } = facts;
  if (zxid === null) return [];
  const expected = `zxid ${formatZxid(zxid)}, as the name says`;
  if (firstZxid !== null && firstZxid !== zxid) {
    return [problem('log-first-zxid', { file: shown, offset: 16, expected, found: formatZxid(firstZxid) })];
  }
  // Right after a leader change the last txn is of the epoch before; a digest block with zxid 0 says nothing.
  const ended = lastProcessedZxid ?? (digestZxid === 0n ? null : digestZxid);
  if (ended === null || ended >= zxid || epochOf(ended) !== epochOf(zxid)) return [];
  return [problem('snapshot-name-zxid', { file: shown, offset: 0, expected, found: formatZxid(ended) })];
}

function read(target: InspectedFile, options: InspectOptions, report: OnProblem): FileFacts {
  const { kind, content } = target.file;
  // What does not begin like a snapshot or log is reported with the directory it lies in.
  if (content !== kind) return bareFacts(target);
  const { onBytes = () => {}, snapshotVisitor, logVisitor } = options;
  try {
    if (options.quick) return inspectQuickly(target);
    return kind === 'snapshot'
      ? inspectSnapshot(target, report, onBytes, snapshotVisitor)
      : inspectLog(target, report, onBytes, logVisitor);
  } catch (error) {
    if (error instanceof FormatError) report(problemOf(error));
    else if (error instanceof InputError) {
      const fields = { file: target.shown, offset: 0, expected: `a ${kind}`, found: error.reason };
      report(problem('file-unreadable', fields));
    } else throw error;
    return { ...bareFacts(target), sound: false };
  }
}

/** What a server's row needs that is in none of its files. */
export interface ServerPlace {
  readonly snapDir: string;
  readonly logDir: string;
  readonly myid: string | null;
  readonly currentEpoch: bigint | null;
  readonly acceptedEpoch: bigint | null;
  /** Problems that are about none of its snapshots and logs. */
  readonly problemsBeside: number;
  readonly others: readonly string[];
}

/** The place of a directory; `shown` says what a file is called. */
export function placeOf(dir: DataDir, shown: (file: string) => string = (file) => file): ServerPlace {
  const epoch = (name: EpochFile['name']) => dir.epochs.find((file) => file.name === name)?.epoch ?? null;
  return {
    snapDir: shown(dir.snapDir),
    logDir: shown(dir.logDir),
    myid: dir.myid,
    currentEpoch: epoch('currentEpoch'),
    acceptedEpoch: epoch('acceptedEpoch'),
    problemsBeside: problemsBeside(dir),
    others: dir.others,
  };
}

/** A server's row, of its place and the rows of its files. */
export function serverFacts(server: string, place: ServerPlace, files: readonly FileFacts[]): ServerFacts {
  const snapshots = files.filter(({ kind }) => kind === 'snapshot');
  const logs = files.filter(({ kind }) => kind === 'log');
  const { snapDir, logDir, myid, currentEpoch, acceptedEpoch, others } = place;
  return {
    ...{ server, snapDir, logDir, myid, currentEpoch, acceptedEpoch },
    snapshots: snapshots.length,
    logs: logs.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    newestSnapshot: largest(snapshots.map(({ zxid }) => zxid)),
    newestSound: largest(snapshots.map(({ zxid, sound }) => (sound ? zxid : null))),
    firstZxid: smallest(logs.map(({ firstZxid }) => firstZxid)),
    lastZxid: largest(logs.map(({ lastZxid }) => lastZxid)),
    firstTime: smallest(logs.map(({ firstTime }) => firstTime)),
    lastTime: largest(logs.map(({ lastTime }) => lastTime)),
    txns: logs.some(({ txns }) => txns === null) ? null : logs.reduce((sum, { txns }) => sum + txns!, 0),
    release: newestRelease(files),
    problems:
      files.reduce((sum, file) => sum + file.problems, 0) + gapsBetween(logs).length + place.problemsBeside,
    others,
  };
}

/** Problems of a directory that are about none of its snapshots and logs. */
function problemsBeside({ problems, snapshots, logs }: DataDir): number {
  const paths = new Set([...snapshots, ...logs].map(({ path }) => path));
  return problems.filter(({ file }) => !paths.has(file)).length;
}

function largest(values: readonly (bigint | null)[]): bigint | null {
  return values.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

function smallest(values: readonly (bigint | null)[]): bigint | null {
  return values.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
}

/** Releases as `3.6+` and `3.5.4+`: compared part by part. */
function newestRelease(files: readonly FileFacts[]): string | null {
  const parts = (release: string) => release.replace('+', '').split('.').map(Number);
  const known = files.flatMap(({ release }) => (release === null ? [] : [release]));
  known.sort((a, b) => {
    const [left, right] = [parts(a), parts(b)];
    return right[0]! - left[0]! || right[1]! - left[1]! || (right[2] ?? 0) - (left[2] ?? 0);
  });
  return known[0] ?? null;
}
