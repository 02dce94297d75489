// Every record with a hot reader also has a layout; the two must agree on all bytes, sound or cut.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, TruncatedError } from '../../src/errors.js';
import { Cursor } from '../../src/jute/cursor.js';
import type { Layout } from '../../src/jute/layout.js';
import { aclLayout, readAcl } from '../../src/records/acl.js';
import { checkVersionTxnLayout, readCheckVersionTxn } from '../../src/records/check-version-txn.js';
import { closeSessionTxnLayout, readCloseSessionTxn } from '../../src/records/close-session-txn.js';
import { createContainerTxnLayout, readCreateContainerTxn } from '../../src/records/create-container-txn.js';
import { createTTLTxnLayout, readCreateTTLTxn } from '../../src/records/create-ttl-txn.js';
import { createTxnLayout, createTxnV0Layout, readCreateTxn } from '../../src/records/create-txn.js';
import { deleteTxnLayout, readDeleteTxn } from '../../src/records/delete-txn.js';
import { errorTxnLayout, readErrorTxn } from '../../src/records/error-txn.js';
import { multiTxnLayout, readMultiTxn } from '../../src/records/multi-txn.js';
import { readSetACLTxn, setACLTxnLayout } from '../../src/records/set-acl-txn.js';
import { readSetDataTxn, setDataTxnLayout } from '../../src/records/set-data-txn.js';
import { readStatPersisted, statPersistedLayout } from '../../src/records/stat-persisted.js';
import { readTxnDigest, txnDigestLayout } from '../../src/records/txn-digest.js';
import { readTxnHeader, txnHeaderLayout } from '../../src/records/txn-header.js';
import { znodeLayout } from '../../src/snapshot/znode-record.js';
import { acl, acls, i32, i64, maybeBytes, stat } from '../support/arbitraries.js';
import { jute, textBytes } from '../support/jute-writer.js';
import { check, create, del, multi, setData } from '../support/log-spec.js';
import { writeAcls, writeStat, writeZnode } from '../support/snapshot-spec.js';

const place = { file: 'log.1', base: 500 };
// Bytes on both sides of a record, so that reading over its edges is seen.
const BEFORE = 7;

interface Pair {
  readonly name: string;
  readonly layout: Layout<unknown>;
  readonly read: (cursor: Cursor) => unknown;
  readonly records: fc.Arbitrary<Buffer>;
}

// A reader of fixed size takes a view and an index; that the view ends too soon it says by a RangeError.
function fixed(bytes: number, read: (view: DataView, at: number) => unknown) {
  return (cursor: Cursor) => {
    const start = cursor.position;
    const rest = cursor.rest();
    cursor.position = start + bytes;
    return read(new DataView(rest.buffer, rest.byteOffset, rest.length), 0);
  };
}

const PAIRS: readonly Pair[] = [
  {
    name: 'ACL',
    layout: aclLayout,
    read: readAcl,
    records: acl.map(({ perms, scheme, id }) => jute((w) => w.i32(perms).ustring(scheme).ustring(id))),
  },
  {
    name: 'CheckVersionTxn',
    layout: checkVersionTxnLayout,
    read: readCheckVersionTxn,
    records: fc.tuple(maybeBytes, i32).map((args) => check(...args).body),
  },
  {
    name: 'CreateTxn',
    layout: createTxnLayout,
    read: readCreateTxn,
    records: fc
      .record({ path: maybeBytes, data: maybeBytes, acl: acls, ephemeral: fc.boolean(), parentCVersion: i32 })
      .map(({ path, data, ...options }) => create(path, data, options).body),
  },
  {
    name: 'CreateContainerTxn',
    layout: createContainerTxnLayout,
    read: readCreateContainerTxn,
    records: fc
      .tuple(maybeBytes, maybeBytes, acls, i32)
      .map(([path, data, list, n]) =>
        jute((w) => writeAcls(w.ustring(path).buffer(data && textBytes(data)), list).i32(n)),
      ),
  },
  {
    name: 'CreateTTLTxn',
    layout: createTTLTxnLayout,
    read: readCreateTTLTxn,
    records: fc.tuple(maybeBytes, maybeBytes, acls, i32, i64).map(([path, data, list, n, ttl]) =>
      jute((w) =>
        writeAcls(w.ustring(path).buffer(data && textBytes(data)), list)
          .i32(n)
          .i64(ttl),
      ),
    ),
  },
  {
    name: 'SetACLTxn',
    layout: setACLTxnLayout,
    read: readSetACLTxn,
    records: fc
      .tuple(maybeBytes, acls, i32)
      .map(([path, list, n]) => jute((w) => writeAcls(w.ustring(path), list).i32(n))),
  },
  {
    name: 'CloseSessionTxn',
    layout: closeSessionTxnLayout,
    read: readCloseSessionTxn,
    records: fc
      .option(fc.array(maybeBytes, { maxLength: 4 }))
      .map((paths) => jute((w) => w.vector(paths, (to, path) => to.ustring(path)))),
  },
  {
    name: 'DeleteTxn',
    layout: deleteTxnLayout,
    read: readDeleteTxn,
    records: maybeBytes.map((path) => del(path).body),
  },
  {
    name: 'ErrorTxn',
    layout: errorTxnLayout,
    read: readErrorTxn,
    records: i32.map((n) => jute((w) => w.i32(n))),
  },
  {
    name: 'SetDataTxn',
    layout: setDataTxnLayout,
    read: readSetDataTxn,
    records: fc.tuple(maybeBytes, maybeBytes, i32).map((args) => setData(...args).body),
  },
  {
    name: 'TxnDigest',
    layout: txnDigestLayout,
    read: readTxnDigest,
    records: fc.tuple(i32, i64).map(([version, digest]) => jute((w) => w.i32(version).i64(digest))),
  },
  {
    name: 'StatPersisted',
    layout: statPersistedLayout,
    read: fixed(60, readStatPersisted),
    records: stat.map((value) => jute((w) => writeStat(w, value))),
  },
  {
    name: 'TxnHeader',
    layout: txnHeaderLayout,
    read: fixed(32, readTxnHeader),
    records: fc
      .tuple(i64, i32, i64, i64, i32)
      .map(([a, b, c, d, e]) => jute((w) => w.i64(a).i32(b).i64(c).i64(d).i32(e))),
  },
  {
    name: 'MultiTxn',
    layout: multiTxnLayout,
    read: (cursor) => ({
      // The hot reader does not tell null from empty data; neither exists as a body.
      txns: readMultiTxn(cursor, (type, part) => ({ type, data: part.rest() })),
    }),
    records: fc
      .option(
        fc.array(fc.record({ type: i32, body: maybeBytes.map((b) => b ?? Buffer.alloc(0)) }), {
          maxLength: 4,
        }),
      )
      .map((parts) => multi(parts).body),
  },
];

type Outcome = { value: unknown; next: number } | 'truncated';

function outcome(read: () => { value: unknown; next: number }): Outcome {
  try {
    return read();
  } catch (error) {
    if (error instanceof TruncatedError || error instanceof RangeError) return 'truncated';
    throw error;
  }
}

describe.each(PAIRS)('$name', ({ layout, read, records }) => {
  const both = (bytes: Buffer, end: number): [Outcome, Outcome] => [
    outcome(() => layout.decode(bytes, place, BEFORE, end)),
    outcome(() => {
      const cursor = new Cursor(bytes, place, BEFORE, end);
      return { value: read(cursor), next: cursor.position };
    }),
  ];
  const surrounded = (record: Buffer) =>
    Buffer.concat([Buffer.alloc(BEFORE, 0xff), record, Buffer.alloc(9, 0xff)]);

  test('is read alike by its layout and by hand', () => {
    fc.assert(
      fc.property(records, (record) => {
        const end = BEFORE + record.length;
        const [slow, hot] = both(surrounded(record), end);
        expect(slow).toEqual(hot);
        expect(hot).toMatchObject({ next: end });
      }),
    );
  });

  test('is truncated for both, or the same for both, wherever it is cut', () => {
    fc.assert(
      fc.property(records, (record) => {
        const bytes = surrounded(record);
        for (let length = 0; length < record.length; length++) {
          const [slow, hot] = both(bytes, BEFORE + length);
          if (layout === createTxnLayout && hot !== 'truncated') {
            // Without its last four bytes a CreateTxn is a CreateTxnV0, which the hot reader takes as well.
            expect(length).toBe(record.length - 4);
            expect(hot.value).toMatchObject({ parentCVersion: -1 });
          } else expect(slow).toEqual(hot);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is refused by both where any of its ints is a length below -1', () => {
    // Overwriting every int in turn hits every length; the rest are plain values, which both must take.
    fc.assert(
      fc.property(records, (record) => {
        for (let at = 0; at + 4 <= record.length; at++) {
          const bytes = surrounded(record);
          bytes.writeInt32BE(-2, BEFORE + at);
          const end = BEFORE + record.length;
          const codes = [
            () => layout.decode(bytes, place, BEFORE, end),
            () => read(new Cursor(bytes, place, BEFORE, end)),
          ].map((run) => {
            try {
              run();
              return 'fine';
            } catch (error) {
              if (!(error instanceof FormatError)) throw error;
              return error.code;
            }
          });
          // By hand a count that the bytes cannot hold is seen before a bad length in what they do hold; and a count
          // of -2 is an empty vector to jute: a V0 body can come of it, which the layout cannot read.
          if (codes[1] === 'truncated') expect(codes[0]).not.toBe('fine');
          else if (layout !== createTxnLayout) expect(codes[0]).toBe(codes[1]);
          else if (codes[1] === 'length-unreasonable') expect(codes[0]).toBe(codes[1]);
        }
      }),
      { numRuns: 25 },
    );
  });
});

test('a create without parentCVersion is read as servers before 3.4 wrote it', () => {
  fc.assert(
    fc.property(maybeBytes, maybeBytes, acls, fc.boolean(), (path, data, list, ephemeral) => {
      const whole = create(path, data, { acl: list, ephemeral }).body;
      const v0 = whole.subarray(0, whole.length - 4);
      const cursor = new Cursor(v0, place);
      expect(readCreateTxn(cursor)).toEqual({
        ...createTxnV0Layout.decode(v0, place).value,
        parentCVersion: -1,
      });
      expect(cursor.left).toBe(0);
    }),
  );
});

test('a layout reads a znode of a snapshot field by field as it was written', () => {
  fc.assert(
    fc.property(maybeBytes, maybeBytes, i64, stat, (path, data, key, fields) => {
      const record = jute((w) => writeZnode(w, { path, data, acl: key, stat: fields }));
      expect(znodeLayout.decode(record, place)).toEqual({
        value: { path: path?.toString('latin1') ?? null, data, acl: key, stat: fields },
        next: record.length,
      });
    }),
  );
});

test('an ACL list of a create is kept in its order', () => {
  const list = [1, 2, 3].map((perms) => ({ perms, scheme: 'digest', id: `user${perms}` }));
  const body = jute((w) => writeAcls(w.ustring('/a').buffer(null), list).bool(false).i32(1));
  const acl = readCreateTxn(new Cursor(body, place)).acl!;
  expect(acl.map(({ id }) => id.id)).toEqual(['user1', 'user2', 'user3']);
});
