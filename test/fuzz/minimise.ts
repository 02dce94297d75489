// Makes an input that fails smaller, as long as it fails in the same way.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adler32 } from '../../src/container/adler32.js';
import type { Exerciser } from './exercise.js';
import { Failure } from './judge.js';
import type { NamedBytes } from './make-directory.js';
import type { FuzzInput } from './make-input.js';

const MOST_TRIES = 3000;
const MOST_MS = 60_000;

/** Writes the smallest input found that fails alike to the folder `into`. */
export async function minimise(
  input: FuzzInput,
  seed: string,
  exerciser: Exerciser,
  into: string,
): Promise<void> {
  const wanted = await failureOf(input, seed, exerciser);
  if (wanted === null) return;
  let smallest = input.files;
  let tries = 0;
  const end = Date.now() + MOST_MS;
  const isOver = () => tries > MOST_TRIES || Date.now() > end;
  const isSame = async (files: readonly NamedBytes[]) => {
    tries++;
    return (await failureOf({ ...input, files }, seed, exerciser)) === wanted;
  };
  for (const file of input.files) {
    if (isOver()) break;
    const others = smallest.filter((one) => one !== file);
    if (others.length > 0 && (await isSame(others))) smallest = others;
  }
  for (let i = 0; i < smallest.length; i++) {
    const { name } = smallest[i]!;
    const withBytes = (bytes: Buffer) => smallest.map((file, at) => (at === i ? { name, bytes } : file));
    for (let size = smallest[i]!.bytes.length >> 1; size > 0; size = size > 16 ? size >> 1 : size - 1) {
      for (let at = 0; at < smallest[i]!.bytes.length && !isOver(); ) {
        const { bytes } = smallest[i]!;
        const cut = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
        const candidates = [cut, sealedAgain(cut)];
        let isSmaller = false;
        for (const candidate of candidates) {
          if (candidate === null || !(await isSame(withBytes(candidate)))) continue;
          smallest = withBytes(candidate);
          isSmaller = true;
          break;
        }
        if (!isSmaller) at += size;
      }
    }
  }
  save(into, smallest);
}

/** What tells one failure from another: its kind, and where it was thrown. */
async function failureOf(input: FuzzInput, seed: string, exerciser: Exerciser): Promise<string | null> {
  try {
    await exerciser.run(input, seed);
    return null;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const thrown = (error.cause as Error | undefined) ?? error;
    const place = (thrown.stack ?? '').split('\n').find((line) => /^\s+at /.test(line)) ?? '';
    return `${error.what} ${place.replace(/:\d+:\d+\)?$/, '')}`;
  }
}

/** Writes files to a folder, which is made. */
export function save(folder: string, files: readonly NamedBytes[]): void {
  for (const { name, bytes } of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** A log or snapshot with its checksums made right, as far as its framing can be followed; null for anything else. */
function sealedAgain(bytes: Buffer): Buffer | null {
  const magic = bytes.toString('latin1', 0, 4);
  if (magic === 'ZKLG') return framedAgain(bytes);
  if (magic !== 'ZKSN') return null;
  // The last bytes that look like a terminator and a seal.
  const mark = bytes.lastIndexOf(Buffer.from([0, 0, 0, 1, 0x2f]), bytes.length - 13);
  if (mark < 0) return null;
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(adler32(copy, 0, mark + 5), Math.min(mark + 9, copy.length - 4));
  return copy;
}

function framedAgain(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 16; at + 13 <= copy.length; ) {
    const length = copy.readInt32BE(at + 8);
    const end = at + 12 + length;
    if (length < 32 || copy[end] !== 0x42) break;
    copy.writeUInt32BE(adler32(copy, at + 12, end), at + 4);
    at = end + 1;
  }
  return copy;
}
