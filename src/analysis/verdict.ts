// doctor: from what was found to one paragraph. Will it start, and what is lost?
import type { Problem, ProblemCode } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { timeText } from '../source/moment.js';
import type { BootRow } from './boot-row.js';
import type { FileFacts } from './file-facts.js';
import type { ServerFacts } from './inspect.js';
import { listOf, lossOf, startFindings, stopsOf } from './start-findings.js';

/**
 * `sound`: a server starts and has all there is. `damaged`: it does, but something wants a look. `lossy`: it starts
 * and silently lacks txns that are, or must have been, here. `unstartable`: it does not start. `unknown`: not looked at.
 */
export type VerdictName = 'sound' | 'damaged' | 'lossy' | 'unstartable' | 'unknown';

export interface Verdict {
  readonly verdict: VerdictName;
  /** For a tired person. */
  readonly text: string;
}

/** What is judged. */
export interface Case {
  readonly server: string;
  readonly facts: ServerFacts;
  readonly files: readonly FileFacts[];
  readonly boots: readonly BootRow[];
  /** Everything found in files, tree and digests. */
  readonly problems: readonly Problem[];
  /** True where the releases were asked for; otherwise only those count that write what is here. */
  readonly isGiven: boolean;
}

/** Judges; `findings` are the problems, weighed, and what comes of starting servers, the worst first. */
export function judge(one: Case): { readonly verdict: Verdict; readonly findings: readonly Problem[] } {
  const { boots, facts } = one;
  const counted = boots.filter(({ release }) => one.isGiven || writes(release, facts.release));
  const newest = newestKnown(facts);
  const isWhole = counted.some((boot) => boot.starts && lossOf(boot, newest) === null);
  const weighed = one.problems.map((found) => weigh(found, one.files, isWhole));
  const findings = bySeverity([...weighed, ...startFindings(facts, counted, newest)]);
  const verdict = nameOf(boots, counted, isWhole, findings);
  return { verdict: { verdict, text: textOf(verdict, one, counted, newest, findings) }, findings };
}

function nameOf(
  boots: readonly BootRow[],
  counted: readonly BootRow[],
  isWhole: boolean,
  findings: readonly Problem[],
): VerdictName {
  if (boots.length === 0) return 'unknown';
  if (!counted.some(({ starts }) => starts)) return 'unstartable';
  if (!isWhole) return 'lossy';
  return findings.some(({ severity }) => severity !== 'note') ? 'damaged' : 'sound';
}

/** True where a server of `release` may have written what is in the files (`hint` is as `3.6+`). */
function writes(release: string, hint: string | null): boolean {
  const line = (text: string) => Number(text.replace('+', '').split('.')[1]);
  return hint === null || line(release) >= line(hint);
}

/** The newest zxid that is in the directory, in a log or as the name of a snapshot. */
function newestKnown({ lastZxid, newestSnapshot }: ServerFacts): Zxid | null {
  if (lastZxid === null || newestSnapshot === null) return lastZxid ?? newestSnapshot;
  return lastZxid > newestSnapshot ? lastZxid : newestSnapshot;
}

// What a killed server leaves in a snapshot: harmless where an older one and the logs make the same tree.
const UNFINISHED: ReadonlySet<ProblemCode> = new Set([
  'snapshot-cut',
  'snapshot-trailer-cut',
  'compressed-cut',
  'file-empty',
  'truncated',
]);

/**
 * Where nothing is lost, a snapshot that was never finished is a note, and so is a hole in the logs before the snapshot
 * that servers begin with.
 */
function weigh(found: Problem, files: readonly FileFacts[], isWhole: boolean): Problem {
  if (!isWhole) return found;
  const isSnapshot = files.some(({ file, kind }) => kind === 'snapshot' && file === found.file);
  const isHarmless = found.code === 'log-gap' || (isSnapshot && UNFINISHED.has(found.code));
  return isHarmless ? { ...found, severity: 'note' } : found;
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

function bySeverity(findings: readonly Problem[]): Problem[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

function textOf(
  verdict: VerdictName,
  { server, facts, boots }: Case,
  counted: readonly BootRow[],
  newest: Zxid | null,
  findings: readonly Problem[],
): string {
  if (verdict === 'unknown') {
    return `${server}: only names, headers and tails were looked at; whether it starts is not known.`;
  }
  const starting = counted.filter(({ starts }) => starts);
  const sentences = [`${server} ${HEADLINES[verdict]}.`];
  const best = starting.find((boot) => lossOf(boot, newest) === null) ?? starting[0];
  if (best !== undefined) sentences.push(startText(best, starting, facts));
  const loss = verdict === 'lossy' && best !== undefined ? lossOf(best, newest) : null;
  if (loss !== null) sentences.push(`But ${loss}.`);
  for (const { boot, releases } of stopsOf(counted).slice(0, 3)) {
    const offset = boot.offset === null ? '' : ` byte ${boot.offset}`;
    const place = boot.file === null ? '' : ` at ${boot.file}${offset}`;
    const stop = releases.length === 1 ? 'stops' : 'stop';
    sentences.push(`${listOf(releases)} ${stop}${place} with "${boot.error}": ${boot.why}.`);
  }
  const others = boots
    .filter((boot) => !counted.includes(boot) && !boot.starts)
    .map(({ release }) => release);
  if (others.length > 0) {
    sentences.push(`Older than what wrote it, and not able to start from it: ${listOf(others)}.`);
  }
  if (verdict === 'damaged') sentences.push(worstText(findings));
  return sentences.join(' ');
}

const HEADLINES: Readonly<Record<Exclude<VerdictName, 'unknown'>, string>> = {
  sound: 'is sound: it can be started, and no txn that is here is left out',
  damaged: 'can be started and no txn that is here is left out, but not all is in order',
  lossy: 'can be started, but would silently lack txns',
  unstartable: 'cannot be started as it is',
};

function startText(
  { snapshot, txns, zxid, znodes, deletes }: BootRow,
  starting: readonly BootRow[],
  { lastTime, lastZxid }: ServerFacts,
): string {
  const releases = listOf(starting.map(({ release }) => release));
  const from = snapshot === null ? 'an empty tree' : snapshot;
  const replays = txns === 0 ? 'replays nothing' : `replays ${txns} txn${txns === 1 ? '' : 's'}`;
  const time = lastTime === null || zxid !== lastZxid ? '' : ` of ${timeText(lastTime)}`;
  const gone = Object.entries(deletes ?? {}).map(([kind, count]) => `${count} ${kind}`);
  const deleting = gone.length === 0 ? '' : `, after deleting ${gone.join(' and ')} znodes`;
  const having = znodes === null ? '' : ` with ${znodes} znodes${deleting}`;
  return `A server of ${releases} begins with ${from}, ${replays} and is at ${formatZxid(zxid!)}${time}${having}.`;
}

function worstText(findings: readonly Problem[]): string {
  const worst = findings.filter(({ severity }) => severity !== 'note');
  const many = worst.length === 1 ? '1 finding wants' : `${worst.length} findings want`;
  return `${many} a look, the worst: ${worst[0]!.code} in ${worst[0]!.file}.`;
}
