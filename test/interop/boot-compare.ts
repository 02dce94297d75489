// A prediction beside what a real server did.
import { relative } from 'node:path';
import { simulateBoot } from '../../src/datadir/boot.js';
import { BootFiles } from '../../src/datadir/boot-files.js';
import type { Boot } from '../../src/datadir/boot-outcome.js';
import { type BootTree, treeAfterBoot } from '../../src/datadir/boot-tree.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { formatZxid } from '../../src/records/zxid.js';
import type { BootCase } from './boot-make.js';
import type { Outcome } from './boot-outcomes.js';

/** What is said beforehand. */
export interface Prediction {
  readonly boot: Boot;
  readonly tree: BootTree | null;
}

/** Predicts for the directory that a zoo.cfg names. */
export function predict(
  config: string,
  release: string,
  spec: BootCase['spec'],
  files = new BootFiles(),
): Prediction {
  const data = openDataDir(config);
  const boot = simulateBoot(data, { release, ...spec }, files);
  return { boot, tree: boot.boots ? treeAfterBoot(data, boot, files) : null };
}

/** Where the two differ, a line each; `dir` is the folder of the case. */
export function differences(
  { boot, tree }: Prediction,
  outcome: Outcome,
  dir: string,
  mayLead = false,
): string[] {
  const leads = mayLead && boot.mode === 'quorum';
  const wrong: string[] = [];
  const compare = (what: string, predicted: unknown, found: unknown) => {
    if (predicted !== found) wrong.push(`${what}: predicted ${predicted}, found ${found}`);
  };
  const errors = outcome.errors ?? [];
  compare('boots', boot.boots, outcome.errors === undefined);
  if (boot.boots) {
    // One that begins to lead goes on in the next epoch.
    compare('zxid', formatZxid(leads ? ((boot.zxid >> 32n) + 1n) << 32n : boot.zxid), outcome.zxid);
    // A server counts the root twice.
    if (outcome.nodes !== null) compare('node count', tree!.znodes + 1, outcome.nodes);
  } else if (!errors.some((line) => line.includes(boot.error))) {
    wrong.push(`predicted the error ${boot.error}`);
  }
  if (wrong.length > 0) wrong.push(...errors.slice(-4));
  const foretold = boot.changes.map(({ change, file }) => `${change} ${relative(dir, file)}`).sort();
  // A leader goes on writing.
  if (!leads) compare('changed files', foretold.join(', '), [...outcome.changed].join(', '));
  return wrong;
}
