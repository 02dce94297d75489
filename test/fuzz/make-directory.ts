// A mutated directory of a server: a snapshot, the txns after it in logs, epoch files, myid, zoo.cfg. Before it is
// mutated a server could start from it and every digest is right.
import type { Corpus, FixtureServer } from './corpus.js';
import { hostileBytes } from './hostile.js';
import { compressed, LEVELS, mutated, soundBytes } from './make-file.js';
import { mutateBytes } from './mutate-bytes.js';
import type { LogParts, SnapshotParts } from './parts.js';
import type { Random } from './random.js';

/** A file by its name, which may have folders in it. */
export interface NamedBytes {
  name: string;
  bytes: Buffer;
}

type Part = { name: string } & (
  | { readonly kind: 'snapshot'; of: SnapshotParts }
  | { readonly kind: 'log'; of: LogParts }
);

/** Files of one server, mutated; `steps` gets what was done. */
export function makeDirectory(
  corpus: Corpus,
  random: Random,
  steps: string[],
  other: () => Buffer,
): NamedBytes[] {
  const server = corpus.server(random);
  const parts = soundServer(corpus, server, random);
  const damaged = new Set<Part>();
  for (let left = random.int(3); left > 0; left--) damaged.add(random.pick(parts));
  const files = parts.map((part): NamedBytes => {
    if (!damaged.has(part)) return { name: part.name, bytes: soundBytes(part) };
    const level = random.pick(LEVELS);
    steps.push(part.name, level);
    return { name: part.name, bytes: mutated(part, level, random, steps, other) };
  });
  if (random.chance(0.3)) addSmallFiles(files, random, steps);
  for (let left = random.chance(0.5) ? random.between(1, 3) : 0; left > 0 && files.length > 0; left--) {
    const name = random.pick(Object.keys(CHANGES));
    CHANGES[name]!(files, random, steps, other);
    steps.push(name);
  }
  const inner = random.chance(0.7) ? 'version-2/' : '';
  return files.map(({ name, bytes }) => ({
    name: /^(myid|zoo\.cfg)$/.test(name) ? name : inner + name,
    bytes,
  }));
}

/** A snapshot, mostly a small one, and up to 60 of the txns after it in one to three logs. */
function soundServer(corpus: Corpus, server: FixtureServer, random: Random): Part[] {
  const i = random.chance(0.6) ? 0 : random.int(server.snapshots.length);
  const first = server.snapshots[i]!;
  const zxid = zxidOf(first);
  const parts: Part[] = [{ name: plainName(first), kind: 'snapshot', of: corpus.snapshot(server, first) }];
  const entries: Buffer[] = [];
  const most = random.between(1, 60);
  let header: Buffer = Buffer.alloc(0);
  for (const name of server.logs) {
    const log = corpus.log(server, name);
    header = log.header;
    for (const entry of log.entries) {
      if (entries.length < most && entry.readBigInt64BE(12) > zxid) entries.push(entry);
    }
    if (entries.length >= most) break;
  }
  for (let files = random.between(1, 3); files > 0 && entries.length > 0; files--) {
    const run = entries.splice(0, files === 1 ? entries.length : random.between(1, entries.length));
    const padding = random.pick([0, 0, 100]);
    parts.push({
      name: `log.${run[0]!.readBigInt64BE(12).toString(16)}`,
      kind: 'log',
      of: { header, entries: run, padding },
    });
  }
  const next = server.snapshots[i + 1];
  if (next !== undefined && random.chance(0.2)) {
    parts.push({ name: plainName(next), kind: 'snapshot', of: corpus.snapshot(server, next) });
  }
  return parts;
}

function zxidOf(name: string): bigint {
  return BigInt(`0x${name.split('.')[1]}`);
}

function plainName(name: string): string {
  return name.split('.').slice(0, 2).join('.');
}

const NUMBERS = [
  '0',
  '1',
  '5',
  '-1',
  '9223372036854775807',
  '99999999999999999999',
  '0x5',
  '5\n',
  ' 5 ',
  '',
  'five',
  '1e3',
];
const CONFIGS = [
  'dataDir=.',
  'dataDir=version-2',
  'dataDir=/nowhere\ndataLogDir=/nowhere/else',
  'dataDir=\x1b[31m\u202e',
  'dataLogDir=..',
  'dataDir=\\u0000',
  'dataDir=\\uXYZW',
  'server.1=a:2888:3888\nserver.2=b:2888:3888;2181\ndataDir=.',
  '\\',
  '=',
];

function addSmallFiles(files: NamedBytes[], random: Random, steps: string[]): void {
  const texts: Readonly<Record<string, readonly string[]>> = {
    currentEpoch: NUMBERS,
    acceptedEpoch: NUMBERS,
    'currentEpoch.tmp': NUMBERS,
    myid: NUMBERS,
    'zoo.cfg': CONFIGS,
  };
  for (const [name, known] of Object.entries(texts)) {
    if (random.chance(0.4)) continue;
    const bytes = random.chance(0.7)
      ? Buffer.from(random.pick(known))
      : (hostileBytes(random) ?? Buffer.alloc(0));
    files.push({ name, bytes });
    steps.push(name);
  }
}

const NAMES = [
  'snapshot.0',
  'log.1',
  'snapshot.ffffffffffffffff',
  'log.7fffffffffffffff',
  'snapshot.5.bak',
  'log.5.old',
];
const ODD_NAMES = [
  ...[
    'log.6.\x1b[31m',
    'snapshot.1.\u202egz',
    'log.2.\n',
    'snapshot.0.=1+1',
    'log.05',
    'log.',
    'snapshot.zz',
    'LOG.1',
  ],
  ...[
    'log.1.gz',
    'snapshot.1.snappy',
    'log.3.@2026',
    'log.4.#x',
    "log.5.'",
    'snapshot.1.👩‍👩‍👧',
    'initialize',
  ],
];

type Change = (files: NamedBytes[], random: Random, steps: string[], other: () => Buffer) => void;

const CHANGES: Readonly<Record<string, Change>> = {
  'no file': (files, random) => void files.splice(random.int(files.length), 1),
  'empty file': (files, random) => {
    random.pick(files).bytes = Buffer.alloc(0);
  },
  'other name': (files, random) => {
    random.pick(files).name = random.pick(random.chance(0.5) ? NAMES : ODD_NAMES);
  },
  'twice there': (files, random) => void files.push({ ...random.pick(files), name: random.pick(NAMES) }),
  'names swapped': (files, random) => {
    const [a, b] = [random.pick(files), random.pick(files)];
    [a.name, b.name] = [b.name, a.name];
  },
  'other bytes': (files, random, steps, other) => {
    const file = random.pick(files);
    file.bytes = mutateBytes(file.bytes, random, steps, other);
  },
  compression: (files, random, steps, other) => {
    const file = random.pick(files);
    const codec = random.pick(['gzip', 'snappy'] as const);
    file.bytes = compressed(file.bytes, codec, random, steps, other);
    if (random.chance(0.7)) file.name += codec === 'gzip' ? '.gz' : '.snappy';
  },
  junk: (files, random) =>
    void files.push({ name: random.pick(ODD_NAMES), bytes: random.bytes(random.int(200)) }),
};
