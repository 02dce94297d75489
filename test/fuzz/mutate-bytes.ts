// Damage to bytes that knows nothing of what they mean.
import { i32 } from './parts.js';
import type { Random } from './random.js';

/** Damages a copy of `bytes` once; `other` gives a file to splice with. */
type Damage = (bytes: Buffer, random: Random, other: () => Buffer) => Buffer;

const DAMAGES: Readonly<Record<string, Damage>> = {
  flip: (bytes, random) =>
    at(bytes, random, (copy, i) => {
      copy[i]! ^= 1 << random.int(8);
    }),
  set: (bytes, random) =>
    at(bytes, random, (copy, i) => {
      copy[i] = random.pick([0, 1, 0x2f, 0x42, 0x7f, 0x80, 0xff]);
    }),
  int: (bytes, random) => putInt(bytes, random.int(bytes.length - 3), random.i32()),
  length: (bytes, random) => {
    const i = lengthField(bytes, random);
    return putInt(bytes, i, strangeLength(bytes, i, random));
  },
  insert: (bytes, random) =>
    splice(bytes, random.int(bytes.length + 1), 0, random.bytes(random.between(1, 64))),
  delete: (bytes, random) => splice(bytes, random.int(bytes.length), span(bytes, random), Buffer.alloc(0)),
  truncate: (bytes, random) => Buffer.from(bytes.subarray(0, random.int(bytes.length + 1))),
  append: (bytes, random) =>
    Buffer.concat([
      bytes,
      random.chance(0.5) ? random.bytes(random.between(1, 100)) : Buffer.alloc(random.between(1, 5000)),
    ]),
  splice: (bytes, random, other) => {
    const tail = other();
    return Buffer.concat([
      bytes.subarray(0, random.int(bytes.length + 1)),
      tail.subarray(random.int(tail.length)),
    ]);
  },
  zeros: (bytes, random) => {
    const start = random.int(bytes.length);
    return Buffer.from(bytes).fill(0, start, Math.min(start + span(bytes, random), bytes.length));
  },
  repeat: (bytes, random) => {
    const start = random.int(bytes.length);
    const block = bytes.subarray(start, start + span(bytes, random));
    return splice(bytes, start, 0, Buffer.concat(Array.from({ length: random.between(1, 8) }, () => block)));
  },
  swap: (bytes, random) => {
    const [a, b] = [random.int(bytes.length), random.int(bytes.length)].sort((x, y) => x - y) as [
      number,
      number,
    ];
    const size = Math.min(span(bytes, random), b - a, bytes.length - b);
    const copy = Buffer.from(bytes);
    bytes.copy(copy, a, b, b + size);
    bytes.copy(copy, b, a, a + size);
    return copy;
  },
};
const NAMES = Object.keys(DAMAGES);

/** Damages bytes one to four times, mostly once; `steps` gets what was done. */
export function mutateBytes(bytes: Buffer, random: Random, steps: string[], other: () => Buffer): Buffer {
  let damaged = bytes;
  for (let left = random.chance(0.6) ? 1 : random.between(2, 4); left > 0; left--) {
    const name = damaged.length < 8 ? 'append' : random.pick(NAMES);
    damaged = DAMAGES[name]!(damaged, random, other);
    steps.push(name);
  }
  return damaged;
}

function at(bytes: Buffer, random: Random, change: (copy: Buffer, i: number) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy, random.int(bytes.length));
  return copy;
}

function putInt(bytes: Buffer, i: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeInt32BE(value | 0, i);
  return copy;
}

function splice(bytes: Buffer, start: number, remove: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + remove)]);
}

function span(bytes: Buffer, random: Random): number {
  return random.chance(0.7) ? random.between(1, 32) : random.between(1, bytes.length);
}

// Ints that are small and fit into what follows are lengths and counts, most likely.
function lengthField(bytes: Buffer, random: Random): number {
  const last = bytes.length - 4;
  const start = random.int(last + 1);
  for (let tried = 0; tried < 200; tried++) {
    const i = (start + tried) % (last + 1);
    const value = bytes.readInt32BE(i);
    if (value > 0 && value < 4096 && value <= bytes.length - i) return i;
  }
  return start;
}

/** What a length or count may be damaged to. */
export function strangeLength(bytes: Buffer, i: number, random: Random): number {
  const now = bytes.readInt32BE(i);
  const left = bytes.length - i - 4;
  return random.pick([
    -2,
    -1,
    0,
    2 ** 31 - 1,
    left,
    left + 1,
    left - 1,
    now + 1,
    now - 1,
    now * 2,
    -(2 ** 31),
    now << 8,
  ]);
}

/** The same bytes with one of its lengths changed. */
export function damageLength(bytes: Buffer, random: Random): Buffer {
  const i = lengthField(bytes, random);
  return splice(bytes, i, 4, i32(strangeLength(bytes, i, random)));
}
