// Files that servers wrote: the project's own fixtures, and those of ../shared where they are at hand.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, test } from 'vitest';

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** The project's fixtures, or those that `npm run test:interop` has just had real servers make. */
export const FIXTURES = process.env.ZOOLOG_FIXTURES ?? join(PROJECT, 'fixtures');
/** Files nobody here wrote; not part of the project. */
export const SHARED_FIXTURES = join(PROJECT, '..', 'shared', 'fixtures');

/** What fixture.json says of one server. `make/facts.mjs` found it without zoolog's readers. */
export interface ServerFacts {
  readonly dir: string;
  readonly logDir: string;
  readonly snapshots: readonly string[];
  readonly logs: readonly string[];
  /** Sound records in all logs. */
  readonly records: number;
  readonly lastLoggedZxid: string;
  /** Op name, or `multi: ` and a part's name, to how many. */
  readonly opTypes: Readonly<Record<string, number>>;
  readonly fuzzy: readonly string[];
  readonly broken: readonly string[];
  readonly tails: Readonly<Record<string, string>>;
}

/** A folder under fixtures/ with its fixture.json. */
export interface Fixture {
  readonly name: string;
  readonly release: string;
  readonly dir: string;
  readonly servers: readonly ServerFacts[];
}

/** All fixture folders, by reading their fixture.json. */
export function fixtures(): Fixture[] {
  const names = existsSync(FIXTURES) ? readdirSync(FIXTURES).sort() : [];
  return names.flatMap((name) => {
    const dir = join(FIXTURES, name);
    const facts = join(dir, 'fixture.json');
    return existsSync(facts) ? [{ ...JSON.parse(readFileSync(facts, 'utf8')), name, dir }] : [];
  });
}

/** A file that a server wrote, with a short name for test titles. */
export interface RealFile {
  readonly name: string;
  readonly file: string;
}

/** Snapshots (or logs) under the project's fixtures and, where they are, the shared ones. */
export function realFiles(kind: 'snapshot' | 'log'): RealFile[] {
  return [...filesUnder(FIXTURES, kind), ...sharedFiles(kind)];
}

/** Snapshots (or logs) under ../shared; none where it is absent. */
export function sharedFiles(kind: 'snapshot' | 'log'): RealFile[] {
  return filesUnder(SHARED_FIXTURES, kind);
}

function filesUnder(root: string, kind: string): RealFile[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => new RegExp(`(^|/)${kind}\\.[0-9a-f]+(\\.gz|\\.snappy)?$`).test(path))
    .map((path) => ({ name: path, file: join(root, path) }))
    .filter(({ file }) => statSync(file).isFile())
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `describe` for tests on ../shared/fixtures; where that is absent they are skipped and the title says so. */
export function describeShared(title: string, tests: () => void): void {
  const where = relative(PROJECT, SHARED_FIXTURES);
  if (existsSync(SHARED_FIXTURES)) describe(title, tests);
  // Not with `tests` as the body: vitest runs the body of a skipped describe, which reads the files.
  else describe.skip(`${title} (skipped: ${where} is not here)`, () => test('has its files', () => {}));
}

export function sharedFixture(path: string): string {
  return join(SHARED_FIXTURES, path);
}

/** A folder for one test file's own files. */
export interface TempDir {
  readonly path: string;
  /** Writes a file and returns its full name. */
  write(name: string, bytes: Uint8Array | string): string;
}

/** Makes a temporary folder that is removed after the tests of the calling file or `describe`. */
export function useTempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), 'zoolog-test-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write(name, bytes) {
      const file = join(path, name);
      writeFileSync(file, bytes);
      return file;
    },
  };
}
