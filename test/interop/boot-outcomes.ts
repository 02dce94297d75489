// What real servers did on the directories of the cases, kept in a file: a line for the releases that did the same.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a real server did. */
export interface Outcome {
  /** As it says when it serves (or votes): absent where it does not come so far. */
  readonly zxid?: string;
  /** Its "Node count"; null where it serves nobody. */
  readonly nodes?: number | null;
  /** Lines of its log that name an exception, where it stopped. */
  readonly errors?: readonly string[];
  /** `write`, `rewrite` or `delete`, and a file. */
  readonly changed: readonly string[];
}

/** By the name of a case, then by release. */
export type Outcomes = Record<string, Record<string, Outcome>>;

const FILE = fileURLToPath(new URL('../datadir/boot-outcomes.ndjson', import.meta.url));

export function readOutcomes(): Outcomes {
  const outcomes: Outcomes = {};
  const lines = existsSync(FILE) ? readFileSync(FILE, 'utf8').trimEnd().split('\n') : [];
  for (const line of lines) {
    const { name, releases, ...outcome }: Outcome & { name: string; releases: string[] } = JSON.parse(line);
    outcomes[name] ??= {};
    for (const release of releases) outcomes[name][release] = outcome;
  }
  return outcomes;
}

/** Writes those of the cases in `names`, in that order. */
export function writeOutcomes(outcomes: Outcomes, names: readonly string[]): void {
  const lines = names.flatMap((name) => grouped(name, outcomes[name] ?? {}));
  writeFileSync(FILE, lines.map((line) => `${line}\n`).join(''));
}

function grouped(name: string, outcomes: Record<string, Outcome>): string[] {
  const groups = new Map<string, { releases: string[]; outcome: Outcome }>();
  for (const release of Object.keys(outcomes).sort((a, b) => (order(a) < order(b) ? -1 : 1))) {
    const outcome = outcomes[release]!;
    const key = JSON.stringify(outcome);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { releases: [release], outcome });
    else group.releases.push(release);
  }
  return [...groups.values()].map(({ releases, outcome }) => JSON.stringify({ name, releases, ...outcome }));
}

function order(release: string): string {
  return release.replace(/\d+$/, (patch) => patch.padStart(3, '0'));
}
