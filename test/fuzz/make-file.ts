// One mutated snapshot or log. Half of what is mutated before it is sealed gets right checksums, so that the damage
// gets past them.
import { deflateRawSync, gzipSync } from 'node:zlib';
import { adler32 } from '../../src/container/adler32.js';
import { snappyFrame, snappyStream } from '../support/codecs.js';
import type { Corpus, FixtureServer } from './corpus.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateLog } from './mutate-log.js';
import { field, mutateSnapshot } from './mutate-snapshot.js';
import { type LogParts, logBytes, type SnapshotParts, seal, takeLogApart, treeBytes } from './parts.js';
import type { Random } from './random.js';

export type Codec = 'raw' | 'gzip' | 'snappy';
type Parts = { readonly kind: 'snapshot'; of: SnapshotParts } | { readonly kind: 'log'; of: LogParts };

/** How a file is damaged: in its bytes or its records, before or after its checksums were made. */
export const LEVELS = ['bytes', 'sealed bytes', 'records', 'sealed records'] as const;
export type Level = (typeof LEVELS)[number];

/** The plain bytes of a mutated snapshot or log; `steps` gets what was done. */
export function mutated(
  parts: Parts,
  level: Level,
  random: Random,
  steps: string[],
  other: () => Buffer,
): Buffer {
  if (parts.kind === 'snapshot') return mutatedSnapshot(parts.of, level, random, steps, other);
  return mutatedLog(parts.of, level, random, steps, other);
}

function mutatedSnapshot(
  sound: SnapshotParts,
  level: Level,
  random: Random,
  steps: string[],
  other: () => Buffer,
) {
  const tree = treeBytes(sound);
  if (level === 'bytes') return mutateBytes(seal(tree, sound.blocks), random, steps, other);
  if (level === 'sealed bytes') return seal(mutateBytes(tree, random, steps, other), sound.blocks);
  const parts = mutateSnapshot(sound, random, steps);
  if (level === 'sealed records') return seal(treeBytes(parts), parts.blocks);
  // With the seals of the sound tree.
  const seals = seal(tree, sound.blocks).subarray(tree.length);
  return Buffer.concat([treeBytes(parts), seals]);
}

function mutatedLog(sound: LogParts, level: Level, random: Random, steps: string[], other: () => Buffer) {
  if (level === 'bytes') return mutateBytes(logBytes(sound), random, steps, other);
  if (level === 'sealed bytes') {
    const entries = [...sound.entries];
    for (let left = random.between(1, 3); left > 0 && entries.length > 0; left--) {
      const i = random.int(entries.length);
      const entry = mutateBytes(entries[i]!, random, steps, other);
      // A shorter one is none that a length field can have.
      entries[i] = entry.length < 32 ? Buffer.concat([entry, Buffer.alloc(32 - entry.length)]) : entry;
    }
    return logBytes({ ...sound, entries });
  }
  const parts = mutateLog(sound, random, steps);
  return level === 'sealed records'
    ? logBytes(parts)
    : logBytes(
        parts,
        sound.entries.map((entry) => adler32(entry)),
      );
}

/** A few of a snapshot's znodes, mostly with their parents; now and then all. */
export function someZnodes(whole: SnapshotParts, random: Random): SnapshotParts {
  if (random.chance(0.02)) return whole;
  const first = random.between(1, 24);
  const znodes = whole.znodes.slice(0, first);
  const kept = new Set(znodes.map((znode) => field(znode, 0)?.toString('latin1')));
  // Parents come first.
  for (let left = random.int(12), i = first + random.int(40); left > 0 && i < whole.znodes.length; i++) {
    const znode = whole.znodes[i]!;
    const path = field(znode, 0)!.toString('latin1');
    if (!kept.has(path.slice(0, path.lastIndexOf('/')))) continue;
    kept.add(path);
    znodes.push(znode);
    left--;
  }
  return { ...whole, znodes, acls: random.chance(0.7) ? whole.acls.slice(0, 12) : whole.acls };
}

/** Some txns of a log, one after the other; now and then all. */
export function someTxns(whole: LogParts, random: Random): LogParts {
  if (random.chance(0.02)) return { ...whole, padding: Math.min(whole.padding, 10_000) };
  const start = random.int(whole.entries.length);
  const entries = whole.entries.slice(start, start + random.between(1, 30));
  return { ...whole, entries, padding: random.pick([0, 0, 20, 500]) };
}

/** Some records of a fixture's file. */
export function sample(
  corpus: Corpus,
  server: FixtureServer,
  kind: 'snapshot' | 'log',
  random: Random,
): Parts {
  if (kind === 'log') return { kind, of: someTxns(corpus.log(server, random.pick(server.logs)), random) };
  return { kind, of: someZnodes(corpus.snapshot(server, random.pick(server.snapshots)), random) };
}

/** The bytes of a sound file of some records. */
export function soundBytes(parts: Parts): Buffer {
  return parts.kind === 'log' ? logBytes(parts.of) : seal(treeBytes(parts.of), parts.of.blocks);
}

/** Compresses a stream and, half of the time, damages the result. */
export function compressed(
  plain: Buffer,
  codec: Codec,
  random: Random,
  steps: string[],
  other: () => Buffer,
): Buffer {
  const whole = codec === 'gzip' ? gzipped(plain, random) : snappied(plain, random, steps);
  steps.push(codec);
  if (codec === 'raw') return plain;
  if (random.chance(0.5)) return whole;
  steps.push('in the compression');
  return mutateBytes(whole, random, steps, () => (random.chance(0.5) ? whole : other()));
}

function gzipped(plain: Buffer, random: Random): Buffer {
  const level = random.pick([1, 6, 0]);
  if (random.chance(0.8)) return gzipSync(plain, { level });
  // Several members, a wrong trailer, something behind the last.
  const at = random.int(plain.length);
  const members = [gzipSync(plain.subarray(0, at), { level }), gzipSync(plain.subarray(at), { level })];
  const kind = random.int(3);
  if (kind === 0) return Buffer.concat(members);
  if (kind === 1) return Buffer.concat([...members, random.bytes(random.between(1, 40))]);
  return Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), deflateRawSync(plain), random.bytes(8)]);
}

function snappied(plain: Buffer, random: Random, steps: string[]): Buffer {
  const stream = snappyStream(plain, random.pick([32768, 100, 1, 4096]) + random.int(3));
  if (random.chance(0.7)) return stream;
  steps.push('copies');
  return Buffer.concat([stream, snappyFrame(copies(random))]);
}

// A block of elements chosen freely: literals and copies with offsets and lengths that may lie.
function copies(random: Random): Buffer {
  const parts: Buffer[] = [Buffer.from([random.pick([4, 64, 0xff]), random.int(4)])];
  for (let left = random.between(1, 8); left > 0; left--) {
    parts.push(Buffer.from([random.u32() & 0xff]), random.bytes(random.int(8)));
  }
  return Buffer.concat(parts);
}

/** Takes what was made apart once more, so that a directory can go on with it. */
export function entriesOf(log: Buffer): readonly Buffer[] {
  return takeLogApart(log).entries;
}
