// The files of check --against: a proof that is read or written, and a key.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { shownPath } from '../analysis/paths.js';
import { formatProof, looksLikeProof, type ProofDocument, parseProof } from '../analysis/proof-file.js';
import type { ProofOptions } from '../analysis/tree-proof.js';
import { UsageError } from '../errors.js';
import type { OutputFile } from '../export/output-file.js';
import type { Run } from './run.js';

/** The proof in a file; null where it is something else. */
export function proofIn(file: string): ProofDocument | null {
  if (!existsSync(file) || !statSync(file).isFile()) return null;
  const start = Buffer.alloc(256);
  const fd = openSync(file, 'r');
  try {
    if (!looksLikeProof(start.toString('latin1', 0, readSync(fd, start)))) return null;
  } finally {
    closeSync(fd);
  }
  return parseProof(readFileSync(file, 'utf8'), file);
}

/** The key in the file of `--key-file`; null without one. @throws UsageError where there is none. */
export function keyOf(file: string | undefined): Buffer | null {
  if (file === undefined) return null;
  if (!existsSync(file)) throw new UsageError(`${file} does not exist`, 'name a file with the key in it');
  const key = readFileSync(file);
  if (key.length === 0)
    throw new UsageError(`${file} is empty`, 'put a key into it: head -c 32 /dev/urandom');
  return key;
}

/** Of the options what a proof tells. */
export function documented({ maxDepth, emulate353, key }: ProofOptions): ProofDocument['options'] {
  return { maxDepth, emulate353, isKeyed: key !== null };
}

/** Writes a proof and says so; `name` is as it was typed. */
export function writeProof(file: OutputFile, name: string, run: Run, proof: ProofDocument): void {
  writeSync(file.fd, formatProof(proof));
  file.commit();
  const { subtrees, counters } = proof.original.proof;
  const { path, hash } = subtrees[0]!;
  const sha256 = Buffer.from(hash, 'latin1').toString('hex');
  const what = `${subtrees.length} subtree${subtrees.length === 1 ? '' : 's'}, ${counters.length} counter${counters.length === 1 ? '' : 's'}`;
  const how = proof.options.isKeyed ? 'HMAC-SHA256' : 'SHA-256';
  run.note(`${name} written: ${what}, ${how} of ${shownPath(path)} ${sha256}`);
}
