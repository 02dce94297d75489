// What to say where a SOURCE does not exist: most likely it is a typo.
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.js';

const MOST_SHOWN = 3;

/** The error for a path that does not exist, with similar names of the same folder as a hint. */
export function notFound(path: string): UsageError {
  if (path === '')
    return new UsageError('"" is no file or directory', 'name a snapshot, a log, a directory or an index');
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    return new UsageError(`${path}: is a link to what is not there`, 'name what it should lead to');
  }
  let folder = dirname(path);
  let missing = path;
  // The first part that is not there, where several are not.
  while (!existsSync(folder) && dirname(folder) !== folder) {
    missing = folder;
    folder = dirname(folder);
  }
  const similar = similarNames(folder, basename(missing)).map((name) =>
    folder === '.' && !path.startsWith('./') ? name : join(folder, name),
  );
  const hint =
    similar.length > 0
      ? `did you mean ${similar.join(' or ')}?`
      : 'name a snapshot, a log, a directory or an index';
  return new UsageError(`${path}: no such file or directory`, hint);
}

function similarNames(folder: string, name: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .map((other) => ({ other, distance: distanceOf(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, distance }) => distance <= Math.max(name.length, other.length) / 3)
    .sort((a, b) => a.distance - b.distance || (a.other < b.other ? -1 : 1))
    .slice(0, MOST_SHOWN)
    .map(({ other }) => other);
}

/** Levenshtein's distance: letters to add, take away or change. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
