// Small steps for making directories.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fixtures');

/** All lines; a release is started for each. */
export const ALL = ['3.4', '3.5', '3.6', '3.7', '3.8', '3.9'];

/** Copies version-2 of a fixture, and removes the files whose names `drop` picks. */
export function copyFixture(name, dir, drop = () => false) {
  const to = join(dir, 'version-2');
  cpSync(join(FIXTURES, name, 'version-2'), to, { recursive: true });
  for (const file of readdirSync(to)) if (drop(file)) rmSync(join(to, file));
}

/** Names in version-2 that begin so, by their number. */
export function named(dir, kind) {
  const zxidOf = (name) => Number.parseInt(name.split('.')[1], 16);
  return readdirSync(join(dir, 'version-2'))
    .filter((name) => name.startsWith(`${kind}.`))
    .sort((a, b) => zxidOf(a) - zxidOf(b));
}

/** Changes one file of version-2; `how` returns its new bytes. */
export function change(dir, name, how) {
  const file = join(dir, 'version-2', name);
  writeFileSync(file, how(readFileSync(file)));
}

/** Writes files into version-2. */
export function put(dir, files) {
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, 'version-2', name), bytes);
}

/** Offset and length of each record of a log, read without zoolog. */
export function recordsOf(bytes) {
  const records = [];
  for (let at = 16; at + 12 <= bytes.length && bytes.readInt32BE(at + 8) > 0; ) {
    const length = bytes.readInt32BE(at + 8) + 13;
    records.push({ offset: at, length, zxid: bytes.readBigInt64BE(at + 24) });
    at += length;
  }
  return records;
}
