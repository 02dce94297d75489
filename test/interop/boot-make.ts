// Small steps for making directories, and what a case is.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerSpec } from '../../src/datadir/server-settings.js';

/** A directory that servers are started on. */
export interface BootCase {
  readonly name: string;
  /** Release lines; the tested patch of each. */
  readonly releases: readonly string[];
  /** Writes the files into a dataDir, or into what `layout` says. */
  readonly make: (dir: string) => void;
  /** Settings that are not the default's. */
  readonly spec?: Omit<ServerSpec, 'release'>;
  /** Lines of zoo.cfg besides the usual. */
  readonly config?: Readonly<Record<string, string>>;
  /** What is written into myid. */
  readonly myid?: string | number | undefined;
  /** Folders below the one of the case. */
  readonly layout?: { readonly dataDir: string; readonly dataLogDir: string };
  /** True for an ensemble of one, which begins to lead. */
  readonly leads?: boolean;
}

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures');

/** All lines. */
export const ALL = ['3.4', '3.5', '3.6', '3.7', '3.8', '3.9'];
/** The oldest, the newest, and one between, where all do the same (once noted in boot-outcomes.ndjson). */
export const THREE = ['3.4', '3.6', '3.9'];

/** Copies version-2 of a fixture, and leaves out the files whose names `drop` picks. */
export function copyFixture(name: string, dir: string, drop: (file: string) => boolean = () => false): void {
  const to = join(dir, 'version-2');
  cpSync(join(FIXTURES, name, 'version-2'), to, { recursive: true });
  for (const file of readdirSync(to)) if (drop(file)) rmSync(join(to, file));
}

/** Names in version-2 that begin so, by their number. */
export function named(dir: string, kind: 'snapshot' | 'log'): string[] {
  const zxidOf = (name: string) => Number.parseInt(name.split('.')[1]!, 16);
  return readdirSync(join(dir, 'version-2'))
    .filter((name) => name.startsWith(`${kind}.`))
    .sort((a, b) => zxidOf(a) - zxidOf(b));
}

/** Changes one file of version-2; `how` returns its new bytes. */
export function change(dir: string, name: string, how: (bytes: Buffer) => Buffer): void {
  const file = join(dir, 'version-2', name);
  writeFileSync(file, how(readFileSync(file)));
}

/** Writes files into version-2. */
export function put(dir: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, 'version-2', name), bytes);
}

/** Where the records of a log stand, read without zoolog. */
export function recordsOf(bytes: Buffer): { offset: number; length: number }[] {
  const records: { offset: number; length: number }[] = [];
  for (let at = 16; at + 12 <= bytes.length && bytes.readInt32BE(at + 8) > 0; ) {
    const length = bytes.readInt32BE(at + 8) + 13;
    records.push({ offset: at, length });
    at += length;
  }
  return records;
}
