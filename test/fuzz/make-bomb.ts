// Files that are small and ask for much, or large and odd: counts over zeros, depths, sizes, compression that expands.
import { gzipSync } from 'node:zlib';
import { SNAPPY_HEADER, snappyFrame, varint } from '../support/codecs.js';
import type { NamedBytes } from './make-directory.js';
import { i32, i64, logBytes, prefixed, seal, treeBytes } from './parts.js';
import type { Random } from './random.js';

const MB = 1024 * 1024;
const SNAPSHOT_HEADER = Buffer.concat([Buffer.from('ZKSN'), i32(2), i64(-1n)]);
const LOG_HEADER = Buffer.concat([Buffer.from('ZKLG'), i32(2), i64(0n)]);
const ROOT = znode('');

/** One bomb; `steps` gets its name. */
export function makeBomb(random: Random, steps: string[]): NamedBytes {
  const name = random.pick(Object.keys(BOMBS));
  steps.push(name);
  return BOMBS[name]!(random);
}

const BOMBS: Readonly<Record<string, (random: Random) => NamedBytes>> = {
  'ACL count over zeros': (random) => snapshot({ aclCount: 2 ** 31 - 1, acls: [zeros(random)] }),
  'ACL vector over zeros': (random) =>
    snapshot({ acls: [Buffer.concat([i64(1n), i32(count(random)), zeros(random)])] }),
  'session count over zeros': (random) => snapshot({ sessionCount: 2 ** 31 - 1, sessions: [zeros(random)] }),
  'a wide ACL': (random) => {
    const entry = Buffer.concat([i32(31), prefixed(Buffer.from('world')), prefixed(Buffer.from('anyone'))]);
    const entries = random.between(1000, 200_000);
    const acl = Buffer.concat([i64(1n), i32(entries), ...Array.from({ length: entries }, () => entry)]);
    return snapshot({
      acls: [acl],
      znodes: [ROOT, ...Array.from({ length: 50 }, (_, i) => znode(`/${i}`, 1n))],
    });
  },
  'a deep path': (random) => snapshot({ znodes: [ROOT, znode('/d'.repeat(random.between(1000, 500_000)))] }),
  'a deep tree': (random) => {
    const depth = random.between(100, 3000);
    return snapshot({ znodes: Array.from({ length: depth }, (_, i) => znode('/d'.repeat(i))) });
  },
  'many deep paths': (random) => {
    const top = '/d'.repeat(random.between(100, 10_000));
    return snapshot({ znodes: [ROOT, ...Array.from({ length: 500 }, (_, i) => znode(`${top}/${i}`))] });
  },
  'long names': (random) => {
    const name = `/${random.pick(['n', '\x1b', '漢', 'e\u0301', '\xff'])}`.repeat(
      random.between(10, 100_000),
    );
    return snapshot({ znodes: [ROOT, ...Array.from({ length: 20 }, (_, i) => znode(`${name}${i}`))] });
  },
  'one path again and again': (random) =>
    snapshot({ znodes: [ROOT, ...Array.from({ length: random.between(1000, 50_000) }, () => znode('/a'))] }),
  orphans: (random) =>
    snapshot({ znodes: Array.from({ length: random.between(1000, 20_000) }, (_, i) => znode(`/x${i}/y`)) }),
  'large data': (random) => {
    const data = random.pick([Buffer.alloc(8 * MB), Buffer.alloc(8 * MB, 0xff), random.bytes(MB)]);
    return snapshot({ znodes: [ROOT, znode('/a', -1n, data), znode('/b', -1n, data)] });
  },
  'multi count over zeros': (random) => log([entry(14, Buffer.concat([i32(count(random)), zeros(random)]))]),
  'a multi of many': (random) => {
    const part = Buffer.concat([i32(2), prefixed(prefixed(Buffer.from('/a')))]);
    const parts = random.between(1000, 300_000);
    return log([entry(14, Buffer.concat([i32(parts), ...Array.from({ length: parts }, () => part)]))]);
  },
  'paths of closeSession over zeros': (random) =>
    log([entry(-11, Buffer.concat([i32(count(random)), zeros(random)]))]),
  'an ACL over zeros in a create': (random) =>
    log([entry(1, Buffer.concat([prefixed(Buffer.from('/a')), i32(0), i32(count(random)), zeros(random)]))]),
  'a deep path in a log': (random) =>
    log([entry(2, prefixed(Buffer.from('/d'.repeat(random.between(1000, 500_000)))))]),
  'bytes like records': (random) => {
    const head = Buffer.concat([i64(1n), i32(random.between(32, MB)), Buffer.alloc(28), i32(1)]);
    const many = Buffer.concat(Array.from({ length: random.between(1000, 20_000) }, () => head));
    return { name: 'log.1', bytes: Buffer.concat([LOG_HEADER, i64(7n), i32(100), many]) };
  },
  'gzip that expands': (random) => {
    const inner = random.pick([snapshot({ znodes: [ROOT, Buffer.alloc(32 * MB)] }), log([], 64 * MB)]);
    return { name: `${inner.name}.gz`, bytes: gzipSync(inner.bytes, { level: 1 }) };
  },
  'snappy that expands': (random) => {
    // A literal of one byte, then copies of it, 64 bytes in three.
    const copies = random.between(1000, 300_000);
    const block = [
      varint(1 + 64 * copies),
      Buffer.from([0, 0x5a]),
      Buffer.alloc(3 * copies, Buffer.from([0xfe, 1, 0])),
    ];
    const frame = snappyFrame(Buffer.concat(block));
    return {
      name: 'snapshot.1.snappy',
      bytes: Buffer.concat([SNAPPY_HEADER, ...Array.from({ length: 5 }, () => frame)]),
    };
  },
};

interface Tables {
  readonly sessions?: Buffer[];
  readonly sessionCount?: number;
  readonly acls?: Buffer[];
  readonly aclCount?: number;
  readonly znodes?: Buffer[];
}

function snapshot({ sessions = [], acls = [], znodes = [ROOT], ...counts }: Tables): NamedBytes {
  const tree = treeBytes({ header: SNAPSHOT_HEADER, sessions, acls, znodes, blocks: [], ...counts });
  return { name: 'snapshot.5', bytes: seal(tree, []) };
}

function log(entries: Buffer[], padding = 0): NamedBytes {
  return { name: 'log.1', bytes: logBytes({ header: LOG_HEADER, entries, padding }) };
}

function znode(path: string, acl = -1n, data: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([prefixed(Buffer.from(path)), prefixed(data), i64(acl), Buffer.alloc(60)]);
}

function entry(type: number, body: Buffer): Buffer {
  return Buffer.concat([i64(1n), i32(1), i64(6n), i64(0n), i32(type), body]);
}

function zeros(random: Random): Buffer {
  return Buffer.alloc(random.pick([1000, 100_000, MB, 16 * MB]));
}

function count(random: Random): number {
  return random.pick([2 ** 31 - 1, 1_000_000, 100_000]);
}
