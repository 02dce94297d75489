// doctor: from what was found to one paragraph. Will it start, and what is lost?
import { type Problem, type ProblemCode, problem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { timeText } from '../source/moment.js';
import type { BootRow } from './boot-row.js';
import type { FileFacts } from './file-facts.js';
import type { ServerFacts } from './inspect.js';

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

interface Case {
  readonly server: string;
  readonly facts: ServerFacts;
  readonly files: readonly FileFacts[];
  readonly boots: readonly BootRow[];
  /** Everything found in files, tree and digests. */
  readonly problems: readonly Problem[];
  /** True where the releases were asked for; otherwise only those count that write what is here. */
  readonly isGiven: boolean;
}

/** Judges; `findings` are the problems, weighed, and what comes of starting servers. */
export function judge(one: Case): { readonly verdict: Verdict; readonly findings: readonly Problem[] } {
  const { boots, server, facts } = one;
  const counted = boots.filter(({ release }) => one.isGiven || writes(release, facts.release));
  const starting = counted.filter(({ starts }) => starts);
  const newest = newestKnown(facts);
  const lossy = starting.filter((boot) => lossOf(boot, newest) !== null);
  const isWhole = starting.length > lossy.length;
  const weighed = one.problems.map((found) => weigh(found, one.files, isWhole));
  const findings = [
    ...weighed,
    ...stopFindings(server, facts, counted),
    ...lossFindings(facts, lossy, newest),
  ];
  const isBad = findings.some(({ severity }) => severity !== 'note');
  const verdict =
    boots.length === 0
      ? 'unknown'
      : starting.length === 0
        ? 'unstartable'
        : !isWhole
          ? 'lossy'
          : isBad
            ? 'damaged'
            : 'sound';
  return {
    verdict: { verdict, text: textOf(verdict, one, counted, newest, findings) },
    findings: bySeverity(findings),
  };
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

/** What a server that starts leaves out, in words; null where that is nothing. */
function lossOf({ zxid, notes }: BootRow, newest: Zxid | null): string | null {
  if (newest !== null && zxid !== null && zxid < newest) {
    return `it ends at ${formatZxid(zxid)}, and txns up to ${formatZxid(newest)} are here`;
  }
  const hole = notes.find(({ code }) => code === 'gap' || code === 'logs-dropped' || code === 'fuzzy-end');
  return hole?.text ?? null;
}

// What a killed server leaves in a snapshot: harmless where an older one and the logs make the same tree.
const UNFINISHED: ReadonlySet<ProblemCode> = new Set([
  'snapshot-cut',
  'snapshot-trailer-cut',
  'compressed-cut',
  'file-empty',
  'truncated',
]);

/** A snapshot that was never finished is a note where nothing is lost by it. */
function weigh(found: Problem, files: readonly FileFacts[], isWhole: boolean): Problem {
  if (!isWhole || !UNFINISHED.has(found.code)) return found;
  const isSnapshot = files.some(({ file, kind }) => kind === 'snapshot' && file === found.file);
  return isSnapshot ? { ...found, severity: 'note' } : found;
}

/** A finding for each place at which servers stop. */
function stopFindings(server: string, { snapDir }: ServerFacts, boots: readonly BootRow[]): Problem[] {
  const places = new Map<string, { readonly boot: BootRow; readonly releases: string[] }>();
  for (const boot of boots) {
    if (boot.starts) continue;
    const key = `${boot.code} ${boot.file} ${boot.offset}`;
    const place = places.get(key) ?? { boot, releases: [] };
    place.releases.push(boot.release);
    places.set(key, place);
  }
  return [...places.values()].map(({ boot, releases }) =>
    problem('server-stops', {
      file: boot.file ?? snapDir,
      offset: boot.offset ?? 0,
      expected: boot.expected!,
      found: `${boot.found}: ${boot.why}`,
      where: `${server}: ${listOf(releases)} says "${boot.error}" [${boot.code}]`,
    }),
  );
}

function lossFindings({ logDir }: ServerFacts, boots: readonly BootRow[], newest: Zxid | null): Problem[] {
  const texts = new Map<string, string[]>();
  for (const boot of boots) {
    const text = lossOf(boot, newest)!;
    texts.set(text, [...(texts.get(text) ?? []), boot.release]);
  }
  return [...texts].map(([found, releases]) =>
    problem('server-loses', {
      file: logDir,
      offset: 0,
      expected: 'every txn that is here',
      found,
      where: listOf(releases),
    }),
  );
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

function bySeverity(findings: readonly Problem[]): Problem[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

function listOf(releases: readonly string[]): string {
  return releases.length === 1 ? releases[0]! : `${releases.slice(0, -1).join(', ')} and ${releases.at(-1)}`;
}

function textOf(
  verdict: VerdictName,
  { server, facts, boots }: Case,
  counted: readonly BootRow[],
  newest: Zxid | null,
  findings: readonly Problem[],
): string {
  if (verdict === 'unknown')
    return `${server}: only names, headers and tails were looked at; whether it starts is not known.`;
  const starting = counted.filter(({ starts }) => starts);
  const sentences = [`${server} ${HEADLINES[verdict]}.`];
  const best = starting.find((boot) => lossOf(boot, newest) === null) ?? starting[0];
  if (best !== undefined) sentences.push(startText(best, starting, facts));
  const loss = verdict === 'lossy' && best !== undefined ? lossOf(best, newest) : null;
  if (loss !== null) sentences.push(`But ${loss}.`);
  const stopping = counted.filter(({ starts }) => !starts);
  for (const { release, error, file, offset } of stopping.slice(0, 3)) {
    const place = file === null ? '' : ` at ${file}${offset === null ? '' : ` byte ${offset}`}`;
    sentences.push(`${release} stops${place}: "${error}".`);
  }
  const others = boots
    .filter((boot) => !counted.includes(boot) && !boot.starts)
    .map(({ release }) => release);
  if (others.length > 0)
    sentences.push(`Older than what wrote it and not able to start from it: ${listOf(others)}.`);
  if (verdict === 'damaged') {
    const worst = findings.filter(({ severity }) => severity !== 'note');
    sentences.push(
      `${worst.length} finding${worst.length === 1 ? ' wants' : 's want'} a look, the worst: ${worst[0]!.code} in ${worst[0]!.file}.`,
    );
  }
  return sentences.join(' ');
}

const HEADLINES: Readonly<Record<Exclude<VerdictName, 'unknown'>, string>> = {
  sound: 'is sound: it can be started, and no txn that is here is left out',
  damaged: 'can be started and no txn that is here is left out, but not all is in order',
  lossy: 'can be started, but would silently lack txns',
  unstartable: 'cannot be started as it is',
};

function startText(boot: BootRow, starting: readonly BootRow[], { lastTime, lastZxid }: ServerFacts): string {
  const { snapshot, txns, zxid, znodes, deletes } = boot;
  const releases = listOf(starting.map(({ release }) => release));
  const from = snapshot === null ? 'an empty tree' : snapshot;
  const replays = txns === 0 ? 'replays nothing' : `replays ${txns} txn${txns === 1 ? '' : 's'}`;
  const time = lastTime === null || zxid !== lastZxid ? '' : ` of ${timeText(lastTime)}`;
  const gone = Object.entries(deletes ?? {}).map(([kind, count]) => `${count} ${kind}`);
  const deleting = gone.length === 0 ? '' : `, deleting ${gone.join(', ')} znodes whose owner is no session`;
  const having = znodes === null ? '' : ` with ${znodes} znodes${deleting}`;
  return `A server of ${releases} begins with ${from}, ${replays} and is at ${formatZxid(zxid!)}${time}${having}.`;
}
