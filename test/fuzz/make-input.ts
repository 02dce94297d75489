// Input number n of a campaign: what lies in its folder, and what is to be named as SOURCE.
import { gzipSync } from 'node:zlib';
import type { Corpus } from './corpus.js';
import { hostileBytes } from './hostile.js';
import { makeBomb } from './make-bomb.js';
import { makeDirectory, type NamedBytes } from './make-directory.js';
import { compressed, LEVELS, mutated, sample, soundBytes } from './make-file.js';
import { mutateBytes } from './mutate-bytes.js';
import { field, pathsOf } from './mutate-snapshot.js';
import { Random } from './random.js';
import { tarOf } from './tar.js';

/** What a campaign is made of. */
export const KINDS = [
  'snapshot',
  'log',
  'compressed',
  'directory',
  'ensemble',
  'tar',
  'index',
  'bomb',
] as const;
export type Kind = (typeof KINDS)[number];

/** One input. */
export interface FuzzInput {
  readonly kind: Kind;
  /** What was done to sound files, for a person. */
  readonly steps: readonly string[];
  readonly files: readonly NamedBytes[];
  /** What to name as SOURCE, relative to the input's folder: '' for the folder itself. */
  readonly source: string;
  /** Paths that may be in it, as text that can be typed. */
  readonly paths: readonly string[];
  /** For `index`: the folder is indexed first, and then the index is damaged with this seed; null leaves it sound. */
  readonly indexDamage: string | null;
}

/** Of a thousand inputs so many are of a kind. */
const SHARES: Readonly<Record<Kind, number>> = {
  snapshot: 380,
  log: 400,
  compressed: 120,
  directory: 80,
  ensemble: 10,
  tar: 4,
  index: 6,
  // By themselves: --kind bomb.
  bomb: 0,
};
const DECK: readonly Kind[] = KINDS.flatMap((kind) => Array.from({ length: SHARES[kind] }, () => kind));

/** Makes input `n` of the campaign `seed`, of a kind where one is wanted. */
export function makeInput(corpus: Corpus, seed: string, n: number, wanted: Kind | null): FuzzInput {
  const random = new Random(`${seed} ${n}`);
  const picked = random.pick(DECK);
  const kind = wanted ?? picked;
  const steps: string[] = [];
  const server = corpus.server(random);
  const other = () => soundBytes(sample(corpus, server, random.pick(['snapshot', 'log']), random));
  const input = { kind, steps, indexDamage: null, paths: PATHS };
  switch (kind) {
    case 'snapshot':
    case 'log':
    case 'compressed': {
      const content = kind === 'compressed' ? random.pick(['snapshot', 'log'] as const) : kind;
      const parts = sample(corpus, server, content, random);
      const level = random.pick(LEVELS);
      steps.push(level);
      let bytes =
        kind === 'compressed' && random.chance(0.4)
          ? soundBytes(parts)
          : mutated(parts, level, random, steps, other);
      let name = content === 'log' ? 'log.1' : 'snapshot.5';
      if (kind === 'compressed') {
        const codec = random.pick(['gzip', 'snappy'] as const);
        bytes = compressed(bytes, codec, random, steps, other);
        name += codec === 'gzip' ? '.gz' : '.snappy';
      }
      const found =
        parts.kind === 'snapshot' ? pathsOf(parts.of) : parts.of.entries.map((entry) => field(entry, 32));
      const known = [random.pick(found), random.pick(found)].map((path) =>
        path == null ? '/' : path.toString(),
      );
      return { ...input, files: [{ name, bytes }], source: name, paths: [...known, ...known, ...PATHS] };
    }
    case 'directory':
      return { ...input, files: makeDirectory(corpus, random, steps, other), source: '' };
    case 'ensemble': {
      const names = ['zk1', 'zk2', random.pick(['zk3', 'a\x1b[31m', '\u202e', '=1', 'a b', 'a#b', 'a@5'])];
      const files = names.flatMap((name) =>
        makeDirectory(corpus, random, steps, other).map((file) => ({
          ...file,
          name: `${name}/${file.name}`,
        })),
      );
      return { ...input, files, source: random.pick(['', '#/zk1', '#/zk2', 'zk1']) };
    }
    case 'tar': {
      const files = makeDirectory(corpus, random, steps, other).map((file) => ({
        ...file,
        name: `zk1/${file.name}`,
      }));
      let bytes = tarOf(files, random);
      if (random.chance(0.5)) bytes = mutateBytes(bytes, random, steps, other);
      if (random.chance(0.4)) bytes = gzipSync(bytes, { level: 1 });
      if (random.chance(0.3)) bytes = mutateBytes(bytes, random, steps, other);
      return { ...input, files: [{ name: 'backup.tar', bytes }], source: 'backup.tar' };
    }
    case 'bomb': {
      const file = makeBomb(random, steps);
      return { ...input, files: [file], source: file.name };
    }
    case 'index': {
      const files = makeDirectory(corpus, random, steps, other);
      return { ...input, files, source: '', indexDamage: random.chance(0.5) ? `${seed} ${n} index` : null };
    }
  }
}

const PATHS = [
  '/',
  '/zookeeper',
  '/zookeeper/quota',
  '/load',
  '/nowhere',
  '/a\x1b[31m',
  '/\u202e',
  '/\\xff',
  '/=1',
];

/** A path to type, mostly one that is there. */
export function typedPath(random: Random, { paths }: FuzzInput): string {
  if (random.chance(0.9)) return random.pick(paths);
  return hostileBytes(random, 2000)?.toString() ?? '';
}
