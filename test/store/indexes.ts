// Making directories and indexes for tests.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../../src/datadir/data-dir.js';
import type { Problem } from '../../src/problems.js';
import { type BuildOptions, buildIndex, type ClusterInput } from '../../src/store/build-index.js';
import { IndexReader } from '../../src/store/index-reader.js';
import { dump } from './dump.js';

/** Files by name, as they lie in one server's version-2. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** Makes `folder` hold just these files. */
export function writeFiles(folder: string, files: Files): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** A cluster named `c` of servers `s0`, `s1`, ... with these directories. */
export function clusterOf(...folders: readonly string[]): ClusterInput[] {
  return [{ name: 'c', servers: folders.map((folder, i) => ({ name: `s${i}`, dir: openDataDir(folder) })) }];
}

export interface Built {
  readonly file: string;
  readonly summary: ReturnType<typeof buildIndex>;
  readonly problems: readonly Problem[];
  /** Codes of `problems`. */
  readonly codes: readonly string[];
}

/** Makes or updates the index `file` of these directories, as one cluster. */
export function build(file: string, folders: readonly string[], options: BuildOptions = {}): Built {
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => problems.push(problem);
  const summary = buildIndex(file, clusterOf(...folders), { ...options, onProblem });
  return { file, summary, problems, codes: problems.map(({ code }) => code) };
}

/** The rows of a new index of these directories; `file` is made and removed. */
export function freshDump(file: string, folders: readonly string[], options: BuildOptions = {}): string[] {
  rmSync(file, { force: true });
  build(file, folders, options);
  const lines = dump(file);
  rmSync(file);
  return lines;
}

/** Runs `read` on an opened index and closes it. */
export function withIndex<T>(file: string, read: (reader: IndexReader) => T): T {
  const reader = new IndexReader(file);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}
