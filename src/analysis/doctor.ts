// doctor: one server's directory examined. Its files, its tree, the digests in its logs, and what servers make of it.

import { simulateBoot } from '../datadir/boot.js';
import type { Boot, Booted } from '../datadir/boot-outcome.js';
import { BootReplays } from '../datadir/boot-replays.js';
import { treeAfterBoot } from '../datadir/boot-tree.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { TESTED } from '../datadir/release.js';
import { type ServerSpec, settingsOf } from '../datadir/server-settings.js';
import { type Problem, problem } from '../problems.js';
import { formatHex, formatZxid } from '../records/zxid.js';
import { readOrReport } from '../source/read-or-report.js';
import type { SourceLog } from '../source/source-log.js';
import { gapsBetween } from '../txnlog/log-gap.js';
import { type BootRow, bootRow } from './boot-row.js';
import { type CheckedTree, checkTree } from './check-tree.js';
import { type DigestRun, fullDigestRuns } from './digest-runs.js';
import { DoctorPass, type PassLimits } from './doctor-pass.js';
import type { FileFacts } from './file-facts.js';
import { inspectFile, placeOf, type ServerFacts, serverFacts } from './inspect.js';
import type { BootCounts } from './owner-counts.js';
import { judge, type Verdict } from './verdict.js';

/** How a directory is examined. */
export interface DoctorOptions {
  /** Names, headers and tails only; no start is foretold. */
  readonly quick: boolean;
  /** Releases whose start is foretold; default: the newest tested of each line. */
  readonly releases?: readonly string[] | undefined;
  /** Settings of the servers beside the release. */
  readonly spec: Omit<ServerSpec, 'release'>;
}

/** The server's row, and what is known of its tree. */
export interface Exam {
  readonly server: string;
  readonly facts: ServerFacts;
  readonly files: readonly FileFacts[];
  /** Empty where no start is foretold. */
  readonly boots: readonly BootRow[];
  /** Name of the snapshot whose tree was checked; null without one. */
  readonly snapshot: string | null;
  readonly tree: CheckedTree | null;
  readonly digests: readonly DigestRun[];
  readonly findings: readonly Problem[];
  readonly verdict: Verdict;
}

const MAX_BUFFER = 0xfffff;

/** Examines a directory; problems go to `log` as they are found, and are findings of the exam. */
export function examine(server: string, dir: DataDir, options: DoctorOptions, log: SourceLog): Exam {
  const report = log.report;
  for (const found of dir.problems) report(found);
  const pass = options.quick ? null : new DoctorPass(server, dir, limitsOf(dir, options));
  const files = inspectFiles(server, dir, pass, log);
  const facts = serverFacts(server, placeOf(dir, log.shown.bind(log)), files);
  for (const found of pass?.longTxns ?? []) report(found);
  for (const gap of gapsBetween(files.filter(({ kind }) => kind === 'log'))) report(gap);
  const boots = pass === null ? [] : foretell(server, dir, options, pass, log);
  const base = pass === null ? undefined : baseOf(dir, boots, facts);
  const tree = base === undefined ? null : treeIn(base, pass!, options, log);
  const digests = pass === null ? [] : (pass.digestRuns() ?? [...fullDigestRuns(dir, server, log)]);
  for (const run of digests) for (const found of digestProblems(run)) report(found);
  const { verdict, findings } = judge({
    server,
    facts,
    files,
    boots,
    problems: log.problems,
    isGiven: options.releases !== undefined,
  });
  return { server, facts, files, boots, snapshot: base?.name ?? null, tree, digests, findings, verdict };
}

/** Reads every file once, for `pass` too; without it, headers and tails only. */
function inspectFiles(server: string, dir: DataDir, pass: DoctorPass | null, log: SourceLog): FileFacts[] {
  const all = [...dir.snapshots, ...dir.logs];
  return all.map((file, i) => {
    const label = `reading ${file.name}, ${i + 1} of ${all.length}`;
    const shown = log.shown(file.path);
    const known = dir.problems.filter((one) => one.file === file.path);
    return inspectFile(
      { server, shown, file, known },
      {
        quick: pass === null,
        ...(pass === null
          ? {}
          : { snapshotVisitor: pass.snapshotVisitor(file), logVisitor: pass.logVisitor(file) }),
        // `report` gives names itself, and this one comes with its name already.
        onProblem: (found) => log.report({ ...found, file: file.path }),
        onBytes: (bytes) => log.options.onProgress?.(label, bytes, file.size),
      },
    );
  });
}

/** What servers make of it; trees that must be equal are counted once. */
function foretell(
  server: string,
  dir: DataDir,
  { releases, spec }: DoctorOptions,
  pass: DoctorPass,
  log: SourceLog,
): BootRow[] {
  const files = pass.bootFiles;
  const replays = new BootReplays(dir, files);
  const trees = new Map<string, BootCounts | null>();
  const treeOf = (boot: Boot) => {
    if (!boot.boots) return null;
    const counts = pass.countsAfter(boot);
    if (counts !== null) return counts;
    const key = treeKey(boot);
    const known = trees.get(key);
    if (known !== undefined) return known;
    const tree = readOrReport(dir.path, log.report, () => treeAfterBoot(dir, boot, files, replays));
    trees.set(key, tree);
    return tree;
  };
  return (releases ?? TESTED).flatMap((release) => {
    const boot = readOrReport(dir.path, log.report, () => simulateBoot(dir, { ...spec, release }, files));
    return boot === null ? [] : [bootRow(server, boot, treeOf(boot), (file) => log.shown(file))];
  });
}

/** What the tree after a start hangs on. */
function treeKey({ snapshot, zxid, txns, settings, passedOver, logs, notes }: Booted): string {
  const { release, ...flags } = settings;
  const line = release.parts[1];
  // What an owner means differs before 3.5.4; what is replayed differs where other files or parts of multis are read.
  const leavesOut = notes.some(({ code }) => code === 'multi-part-unread');
  const era = line >= 6 && !leavesOut ? 'new' : release.text;
  const { extendedTypes, emulate353 } = flags;
  const read = [snapshot?.name, zxid, txns, logs.length, passedOver.length];
  return [era, extendedTypes, emulate353, ...read].join(' ');
}

function maxBufferOf({ spec }: DoctorOptions): number {
  return spec.maxBuffer ?? MAX_BUFFER;
}

/** What the servers read: those with the lowest limit where releases were asked for, else the newest. */
function limitsOf(dir: DataDir, options: DoctorOptions): PassLimits {
  const releases = options.releases ?? TESTED.slice(-1);
  const limits = releases.map((release) => settingsOf({ ...options.spec, release }, dir).limit);
  return { maxBuffer: maxBufferOf(options), txn: Math.min(...limits) };
}

/** Checks the tree in a snapshot, unless it was when the file was read. */
function treeIn(
  base: DataFile,
  { newest }: DoctorPass,
  options: DoctorOptions,
  { report }: SourceLog,
): CheckedTree | null {
  if (newest !== null && newest.file.path === base.path) {
    for (const found of newest.problems) report(found);
    return newest.tree;
  }
  const check = { maxBuffer: maxBufferOf(options), onProblem: report };
  return readOrReport(base.path, report, () => checkTree(base.path, base.zxid, check));
}

/** The snapshot whose tree is checked: the one that the newest release begins with, else the newest sound one. */
function baseOf(dir: DataDir, boots: readonly BootRow[], { newestSound }: ServerFacts) {
  const last = [...boots].reverse().find(({ snapshot }) => snapshot !== null);
  return dir.snapshots.find(({ name, zxid }) =>
    last === undefined ? zxid === newestSound : name === last.snapshot,
  );
}

/** What a wrong digest along the replay is as a problem. */
function digestProblems({ firstDifference, file, offset, expected, found, op }: DigestRun): Problem[] {
  if (firstDifference === null) return [];
  return [
    problem('txn-digest', {
      file: file!,
      offset: offset!,
      expected: `the tree digest ${formatHex(expected!)}, as the leader recorded`,
      found: formatHex(found!),
      where: `${op} at ${formatZxid(firstDifference)}`,
    }),
  ];
}
