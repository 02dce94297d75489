// Damage to a log's txns: each entry is well formed, most of the time, but not what a server would log there.
import {
  type BodySpec,
  check,
  closeSession,
  createContainer,
  createSession,
  createTtl,
  del,
  error,
  multi,
  setData,
} from '../support/log-spec.js';
import { hostileBytes, hostileChild } from './hostile.js';
import { damageLength } from './mutate-bytes.js';
import { aclVector, field } from './mutate-snapshot.js';
import { i32, i64, type LogParts, prefixed } from './parts.js';
import type { Random } from './random.js';

const HEADER_BYTES = 32;
const DIGEST_BYTES = 12;
const TYPE_AT = 28;
const CODES = [-11, -10, -1, 0, 1, 2, 5, 7, 9, 13, 14, 15, 16, 19, 20, 21, 22, 100, 2 ** 31 - 1, -(2 ** 31)];

type Change = (parts: LogParts, random: Random) => void;

const CHANGES: Readonly<Record<string, Change>> = {
  dropTxns: ({ entries }, random) => void entries.splice(random.int(entries.length), random.between(1, 4)),
  doubleTxn: ({ entries }, random) => insert(entries, random, entries[random.int(entries.length)]),
  moveTxn: ({ entries }, random) => insert(entries, random, ...entries.splice(random.int(entries.length), 1)),
  reverseTxns: ({ entries }) => void entries.reverse(),
  opCode: ({ entries }, random) =>
    edit(entries, random, (entry) => put(entry, TYPE_AT, i32(random.pick(CODES)))),
  zxid: ({ entries }, random) => edit(entries, random, (entry) => put(entry, 12, i64(random.i64()))),
  time: ({ entries }, random) => edit(entries, random, (entry) => put(entry, 20, i64(random.i64()))),
  session: ({ entries }, random) => edit(entries, random, (entry) => put(entry, 0, i64(random.i64()))),
  cxid: ({ entries }, random) => edit(entries, random, (entry) => put(entry, 8, i32(random.i32()))),
  body: (parts, random) => replaceBody(parts, random, anyBody(parts, random, 2)),
  addTxn: (parts, random) => {
    const last = parts.entries.at(-1);
    if (last === undefined) return;
    const zxid = last.readBigInt64BE(12) + 1n;
    const entry = put(last, 12, i64(zxid));
    parts.entries.push(withBody(entry, anyBody(parts, random, 2), Buffer.alloc(0)));
  },
  multi: (parts, random) => replaceBody(parts, random, anyMulti(parts, random, 2)),
  bodyLength: ({ entries }, random) =>
    edit(entries, random, (entry) => {
      const body = entry.subarray(HEADER_BYTES);
      return body.length < 4
        ? entry
        : Buffer.concat([entry.subarray(0, HEADER_BYTES), damageLength(body, random)]);
    }),
  cutBody: ({ entries }, random) =>
    edit(entries, random, (entry) => entry.subarray(0, random.between(HEADER_BYTES, entry.length))),
  noDigest: ({ entries }, random) =>
    edit(entries, random, (entry) => entry.subarray(0, Math.max(HEADER_BYTES, entry.length - DIGEST_BYTES))),
  otherDigest: ({ entries }, random) =>
    edit(entries, random, (entry) =>
      entry.length < HEADER_BYTES + DIGEST_BYTES ? entry : put(entry, entry.length - 8, i64(random.i64())),
    ),
  behindBody: ({ entries }, random) =>
    edit(entries, random, (entry) => Buffer.concat([entry, random.bytes(random.between(1, 30))])),
  header: (parts, random) => {
    parts.header = Buffer.concat([parts.header.subarray(0, 4), i32(random.i32()), i64(random.i64())]);
  },
  padding: (parts, random) => {
    parts.padding = random.pick([0, 1, 11, 12, 13, 5000, 70_000]);
  },
};
const NAMES = Object.keys(CHANGES);

/** Changes txns of a log one to six times; `steps` gets what was done. */
export function mutateLog(sound: LogParts, random: Random, steps: string[]): LogParts {
  const parts: LogParts = { ...sound, entries: [...sound.entries] };
  for (let left = random.between(1, 6); left > 0; left--) {
    const name = random.pick(NAMES);
    CHANGES[name]!(parts, random);
    steps.push(name);
  }
  return parts;
}

/** A body of any type, well formed, with anything in it; multis in it go `depth` deep. */
function anyBody(parts: LogParts, random: Random, depth: number): BodySpec {
  const path = anyPath(parts, random);
  const data = hostileBytes(random);
  switch (random.int(depth > 0 ? 11 : 10)) {
    case 0:
    case 1: {
      const tail = [Buffer.from([random.int(3)]), i32(random.i32())];
      const body = Buffer.concat([prefixed(path), prefixed(data), aclVector(random), ...tail]);
      return { type: random.pick([1, 15]), body };
    }
    case 2:
      return { ...del(path), type: random.pick([2, 20]) };
    case 3:
      return { ...setData(path, data, random.i32()), type: random.pick([5, 16]) };
    case 4:
      return { type: 7, body: Buffer.concat([prefixed(path), aclVector(random), i32(random.i32())]) };
    case 5:
      return createContainer(path, data, random.i32());
    case 6:
      return createTtl(path, data, random.i64(), random.i32());
    case 7:
      return check(path, random.i32());
    case 8:
      return random.chance(0.5) ? error(random.i32()) : createSession(random.i32());
    case 9: {
      const paths = Array.from({ length: random.int(4) }, () => anyPath(parts, random));
      return closeSession(random.pick([undefined, null, paths, paths]));
    }
    default:
      return anyMulti(parts, random, depth - 1);
  }
}

function anyMulti(parts: LogParts, random: Random, depth: number): BodySpec {
  if (random.chance(0.05)) return multi(null);
  const count = random.chance(0.03) ? random.between(100, 1000) : random.int(6);
  const bodies = Array.from({ length: count }, () => {
    const { type, body } = count > 10 ? del('/a') : anyBody(parts, random, depth);
    if (random.chance(0.05)) return { type: random.pick(CODES), body: null };
    return { type: random.chance(0.1) ? random.pick(CODES) : type, body };
  });
  const spec = multi(bodies);
  return random.chance(0.1) ? { ...spec, body: damageLength(spec.body, random) } : spec;
}

function anyPath({ entries }: LogParts, random: Random): Buffer | null {
  if (random.chance(0.4)) return hostileBytes(random);
  const entry = entries[random.int(entries.length)];
  const known = entry === undefined ? null : field(entry, HEADER_BYTES);
  // Of a txn without a path it is something else, as good as any other.
  if (known == null) return hostileBytes(random);
  return random.chance(0.4) ? hostileChild(random, known) : known;
}

function replaceBody({ entries }: LogParts, random: Random, spec: BodySpec): void {
  edit(entries, random, (entry) => {
    const digest =
      entry.length >= HEADER_BYTES + DIGEST_BYTES ? entry.subarray(entry.length - DIGEST_BYTES) : null;
    return withBody(entry, spec, digest === null || random.chance(0.5) ? Buffer.alloc(0) : digest);
  });
}

function withBody(entry: Buffer, { type, body }: BodySpec, digest: Buffer): Buffer {
  return Buffer.concat([entry.subarray(0, TYPE_AT), i32(type), body, digest]);
}

function edit(entries: Buffer[], random: Random, change: (entry: Buffer) => Buffer): void {
  const i = random.int(entries.length);
  const entry = entries[i];
  if (entry !== undefined && entry.length >= HEADER_BYTES) entries[i] = change(entry);
}

function put(bytes: Buffer, at: number, value: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), value, bytes.subarray(at + value.length)]);
}

function insert(list: Buffer[], random: Random, ...values: (Buffer | undefined)[]): void {
  const there = values.filter((value) => value !== undefined);
  list.splice(random.int(list.length + 1), 0, ...there);
}
