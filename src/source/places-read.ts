// Where a SOURCE is read from, so that nothing is ever written there.
import { existsSync } from 'node:fs';
import { type DataDir, type DataDirOptions, isDataDir, openDataDir } from '../datadir/data-dir.js';
import { parseSource } from './parse.js';

/** The files and folders that are read for a SOURCE: what was named, and where a zoo.cfg or `--log-dir` leads. */
export function placesRead(text: string, options: DataDirOptions): readonly string[] {
  const { path } = parseSource(text, existsSync);
  const named = [path, ...(options.logDir === undefined ? [] : [options.logDir])];
  if (!existsSync(path) || !isDataDir(path, options)) return named;
  return [...named, ...foldersOf(openDataDir(path, options))];
}

/** The folders that a server's directory is read from. */
export function foldersOf({ snapDir, logDir }: DataDir): readonly string[] {
  return [snapDir, logDir];
}
