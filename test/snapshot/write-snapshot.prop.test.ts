// What the writer writes the reader reads back, and a second writer that shares no code with it writes the same bytes.
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFully } from '../../src/container/file-output.js';
import { plainSink } from '../../src/container/plain-sink.js';
import { JuteWriter } from '../../src/jute/jute-writer.js';
import { rawTextOf } from '../../src/jute/raw-text.js';
import type { ACL } from '../../src/records/acl.js';
import { CONTAINER_OWNER } from '../../src/records/kind.js';
import type { TrailerBlocks } from '../../src/snapshot/seal.js';
import { type SnapshotHead, SnapshotWriter } from '../../src/snapshot/write-snapshot.js';
import { writeZnode, type ZnodeFields, znodeLayout } from '../../src/snapshot/znode-record.js';
import { acls, i32, i64, maybeBytes, stat } from '../support/arbitraries.js';
import { CODECS } from '../support/codecs.js';
import { readPlain, readWholeSnapshot } from '../support/read-all.js';
import { type AclSpec, buildSnapshot, type TrailerSpec } from '../support/snapshot-spec.js';

const folder = mkdtempSync(join(tmpdir(), 'zoolog-write-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((value) => {
  // "/" parts segments, and the last one is never empty.
  return Buffer.from(value.map((byte) => (byte === 0x2f ? 0xff : byte)));
});

const owner = fc.oneof(
  fc.constant(0n),
  fc.constant(CONTAINER_OWNER),
  fc.bigInt({ min: 1n, max: 2n ** 40n - 1n }).map((ttl) => BigInt.asIntN(64, (0xffn << 56n) | ttl)),
  i64,
);

/** A tree: each znode below one that came before it. */
const tree = fc
  .array(
    fc.record({ below: fc.nat(), name: bytes, data: maybeBytes, acl: i64, stat, ephemeralOwner: owner }),
    { maxLength: 30 },
  )
  .map((znodes) => {
    const paths = [Buffer.alloc(0)];
    return [
      { path: paths[0]!, data: Buffer.alloc(0) as Buffer | null, acl: -1n, stat: {} },
      ...znodes.map(({ below, name, ephemeralOwner, ...rest }) => {
        const path = Buffer.concat([paths[below % paths.length]!, Buffer.from('/'), name]);
        paths.push(path);
        return { ...rest, path, stat: { ...rest.stat, ephemeralOwner } };
      }),
    ];
  });

const text = (value: AclSpec['id']) => (value === null ? null : rawTextOf(Buffer.from(value)));
const aclOf = ({ perms, scheme, id }: AclSpec): ACL => ({
  perms,
  id: { scheme: text(scheme), id: text(id) },
});

const ZERO = {
  czxid: 0n,
  mzxid: 0n,
  ctime: 0n,
  mtime: 0n,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  pzxid: 0n,
};

const specs = fc.record({
  sessions: fc.array(fc.record({ id: i64, timeout: i32 }), { maxLength: 4 }),
  acls: fc.array(fc.record({ key: i64, acl: acls }), { maxLength: 4 }),
  znodes: tree,
  digest: fc.record({ zxid: i64, version: fc.constant<number>(2), digest: i64 }),
  lastProcessedZxid: i64,
  trailer: fc.constantFrom<TrailerSpec>('none', 'digest', 'lastZxid', 'both'),
});

type SpecOf<A> = A extends fc.Arbitrary<infer T> ? T : never;

function written(file: string, codec: (typeof CODECS)[number], spec: SpecOf<typeof specs>) {
  const head: SnapshotHead = {
    sessions: spec.sessions,
    acls: spec.acls.map(({ key, acl }) => ({ key, acl: acl?.map(aclOf) ?? null })),
  };
  const { trailer } = spec;
  const blocks: TrailerBlocks = {
    digest: trailer === 'digest' || trailer === 'both' ? spec.digest : null,
    lastProcessedZxid: trailer === 'lastZxid' || trailer === 'both' ? spec.lastProcessedZxid : null,
  };
  const fd = openSync(file, 'w');
  try {
    const writer = new SnapshotWriter(
      plainSink(codec, (bytes) => writeFully(fd, file, bytes)),
      head,
    );
    const one = new JuteWriter(8);
    for (const { path, data, acl, stat } of spec.znodes) {
      const fields: ZnodeFields = { path: rawTextOf(path), data, acl, stat: { ...ZERO, ...stat } };
      writeZnode(one.clear(), fields);
      expect(znodeLayout.decode(one.bytes, { file, base: 0 }).value).toEqual(fields);
      writer.znode(one.bytes);
    }
    writer.end(blocks);
    return { head, blocks, count: writer.znodeCount };
  } finally {
    closeSync(fd);
  }
}

describe.each(CODECS)('a snapshot written as %s', (codec) => {
  test('has the bytes that another writer gives it', () => {
    const file = join(folder, `snapshot.1-${codec}`);
    fc.assert(
      fc.property(specs, (spec) => {
        const { count } = written(file, codec, spec);
        expect(count).toBe(spec.znodes.length);
        const { plain, error } = readPlain(file);
        expect(error).toBe(null);
        expect(plain.equals(buildSnapshot(spec).plain)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

test('what is written is read back, with right seals', () => {
  const file = join(folder, 'snapshot.2');
  fc.assert(
    fc.property(specs, (spec) => {
      const { head, blocks } = written(file, 'raw', spec);
      const read = readWholeSnapshot(file);
      expect(read.codes.filter((code) => code !== 'acl-null')).toEqual([]);
      expect(read.sessions).toEqual(head.sessions);
      expect(read.acls).toEqual(head.acls.filter(({ acl }) => acl !== null));
      expect(read.znodes.map(({ path, data, acl, stat }) => ({ path, data, acl, stat }))).toEqual(
        spec.znodes.map(({ path, data, acl, stat }) => {
          return { path: rawTextOf(path), data, acl, stat: { ...ZERO, ...stat } };
        }),
      );
      const { digest, lastProcessedZxid } = read.reader.trailer!;
      expect({ digest, lastProcessedZxid }).toEqual(blocks);
    }),
    { numRuns: 100 },
  );
});

test('a znode larger than the buffer of the writer is written whole', () => {
  const file = join(folder, 'snapshot.3');
  const data = Buffer.alloc(3 * 1024 * 1024, 'zk');
  const spec = {
    sessions: [],
    acls: [],
    znodes: [
      { path: Buffer.alloc(0), data: null, acl: -1n, stat: {} },
      { path: Buffer.from('/large'), data, acl: -1n, stat: {} },
      { path: Buffer.from('/small'), data: Buffer.from('x'), acl: -1n, stat: {} },
    ],
    trailer: 'both' as const,
    digest: { zxid: 1n, version: 2, digest: 2n },
    lastProcessedZxid: 3n,
  };
  for (const codec of CODECS) {
    written(file, codec, spec);
    expect(readPlain(file).plain.equals(buildSnapshot(spec).plain)).toBe(true);
  }
});
