// Which of the cases of boot-cases.ts a repair is tried on, and how.

import { cases } from './boot-cases.js';
import type { BootCase } from './boot-make.js';
import { readOutcomes } from './boot-outcomes.js';

/** A directory that a release refused. */
export interface RepairCase extends BootCase {
  /** Those that refused it. */
  readonly refusedBy: readonly string[];
}

/** No file can help: the settings of the server itself are the cause. */
const SETTINGS = new Set([
  'a jute.maxbuffer that overflows',
  'a txn longer than read with a small extra',
  'an owner that means nothing, with extended types',
]);

/** Nothing can be made of these: there is no tree, and no txn. */
export const HOPELESS: ReadonlySet<string> = new Set([
  'no snapshot, and a log without a txn',
  'no snapshot, and a log without a byte',
  'snapshots and logs of before 3.0',
  'a member with all snapshots damaged',
  'a member with a null list of ACLs',
]);

/** All that real servers refused and for which a repair is meant. */
export function repairCases(): RepairCase[] {
  const outcomes = readOutcomes();
  return cases.flatMap((one) => {
    if (SETTINGS.has(one.name)) return [];
    const refused = Object.entries(outcomes[one.name] ?? {}).filter(([, { errors }]) => errors !== undefined);
    return refused.length === 0 ? [] : [{ ...one, refusedBy: refused.map(([release]) => release) }];
  });
}

/** Options of the command for a case whose files lie in `dir`. */
export function repairOptions({ spec, layout }: BootCase, dir: string): string[] {
  return [
    ...['--containers', 'persistent', '--ttl', 'persistent', '--missing-acls', 'open'],
    ...(spec?.digestEnabled === false ? ['--no-trailer'] : []),
    ...(layout === undefined ? [] : ['--log-dir', `${dir}/${layout.dataLogDir}`]),
  ];
}
