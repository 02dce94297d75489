// A folder that holds several servers' directories, as an operator collects them: zk1/version-2, zk2/version-2, ...
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type DataDir, isDataDir, openDataDir } from '../datadir/data-dir.js';
import { parseFileName } from '../datadir/file-name.js';
import { InputError } from '../errors.js';

/** A server's directory in a folder, and what it is called there. */
export interface NamedDir {
  readonly name: string;
  readonly dir: DataDir;
}

const DEPTH = 3;
// Names that say what lies in a folder, not whose it is.
const TELLS_NOTHING = /^(version-2|data|datadir|datalog|datalogdir|logs?|snapshots?|txnlogs?)$/i;

/**
 * The servers' directories in a folder, up to three levels deep. Snapshots and logs that lie apart under one name
 * (`zk1/data`, `zk1/datalog`) are one server. `label` is the folder's own name where its path does not tell it.
 */
export function listServers(path: string, label: string = basename(resolve(path))): NamedDir[] {
  const dirs = joined(dataDirsIn(path, DEPTH).map((found) => openDataDir(found)));
  const parts = dirs.map((dir) => tellingParts(relative(path, dir.path), label));
  return dirs
    .map((dir, i) => ({ name: shortestName(parts, i) ?? relative(path, dir.path), dir }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function dataDirsIn(folder: string, depth: number): string[] {
  try {
    if (isDataDir(folder)) return [folder];
    if (depth === 0) return [];
    const inner = readdirSync(folder).sort();
    return inner
      .map((name) => join(folder, name))
      .filter(isFolder)
      .flatMap((path) => dataDirsIn(path, depth - 1));
  } catch (error) {
    // A folder that may not be read: what else is there is still to be found.
    if (error instanceof InputError || (error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Puts a directory that holds only snapshots together with the one beside it that holds only logs. */
function joined(dirs: readonly DataDir[]): DataDir[] {
  const isAlone = (dir: DataDir, kind: 'snapshots' | 'logs') =>
    dir[kind].length > 0 && dir[kind === 'logs' ? 'snapshots' : 'logs'].length === 0;
  const used = new Set<DataDir>();
  const whole = dirs.map((dir) => {
    if (!isAlone(dir, 'snapshots')) return dir;
    const beside = dirs.filter((other) => isAlone(other, 'logs') && homeOf(other) === homeOf(dir));
    if (beside.length !== 1) return dir;
    used.add(beside[0]!);
    return openDataDir(dir.path, { logDir: beside[0]!.path });
  });
  return whole.filter((dir) => !used.has(dir));
}

/** The folder whose name tells whose directory it is. */
function homeOf({ path }: DataDir): string {
  let home = resolve(path);
  while (TELLS_NOTHING.test(basename(home))) home = dirname(home);
  return home;
}

/** The last part of a path that tells whose data lies there: not `version-2`, `data` or a file's own name. */
export function tellingName(path: string): string {
  return tellingPath(path).at(-1)!;
}

/** The same of several paths, with as many parts as no other has; null for one that tells the same as another. */
export function tellingNames(paths: readonly string[]): readonly (string | null)[] {
  const parts = paths.map(tellingPath);
  return parts.map((_, i) => shortestName(parts, i));
}

function tellingPath(path: string): string[] {
  const whole = resolve(path);
  const folder = isFolder(whole) || !isZooKeeperName(basename(whole)) ? whole : dirname(whole);
  return tellingParts(folder, basename(whole));
}

function isZooKeeperName(name: string): boolean {
  return parseFileName(name) !== null || name.endsWith('.cfg');
}

function tellingParts(path: string, label: string): string[] {
  const parts = path.split(sep).filter((part) => part !== '' && !TELLS_NOTHING.test(part));
  return parts.length > 0 ? parts : [label];
}

/** As many of the last parts as no other has; null where even all of them are not enough. */
function shortestName(all: readonly string[][], i: number): string | null {
  const mine = all[i]!;
  for (let count = 1; count <= mine.length; count++) {
    const name = mine.slice(-count).join('/');
    if (all.every((other, j) => j === i || other.slice(-count).join('/') !== name)) return name;
  }
  return null;
}
