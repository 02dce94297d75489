// Records without a hot reader: what the jute writer wrote is what their layouts read.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TruncatedError } from '../../src/errors.js';
import type { Layout } from '../../src/jute/layout.js';
import { idLayout } from '../../src/records/acl.js';
import { closeSessionTxnLayout } from '../../src/records/close-session-txn.js';
import { createContainerTxnLayout } from '../../src/records/create-container-txn.js';
import { createSessionTxnLayout } from '../../src/records/create-session-txn.js';
import { createTTLTxnLayout } from '../../src/records/create-ttl-txn.js';
import { createTxnV0Layout } from '../../src/records/create-txn.js';
import { fileHeaderLayout } from '../../src/records/file-header.js';
import { txnLayout } from '../../src/records/multi-txn.js';
import { setACLTxnLayout } from '../../src/records/set-acl-txn.js';
import { aclEntryLayout } from '../../src/snapshot/acl-entry.js';
import { digestBlockLayout, lastZxidBlockLayout, sealLayout } from '../../src/snapshot/seal.js';
import { sessionLayout } from '../../src/snapshot/session.js';
import { recordLayout } from '../../src/txnlog/log-record.js';
import { acls, i32, i64, maybeBytes } from '../support/arbitraries.js';
import { JuteWriter, type Text } from '../support/jute-writer.js';
import { caught } from '../support/read-all.js';
import { writeAcls } from '../support/snapshot-spec.js';

const place = { file: 'snapshot.0', base: 0 };

/** How a field is made, written, and expected to be read. */
interface Field {
  readonly values: fc.Arbitrary<unknown>;
  readonly write: (writer: JuteWriter, value: unknown) => unknown;
  readonly read: (value: unknown) => unknown;
}

function field<T>(
  values: fc.Arbitrary<T>,
  write: (writer: JuteWriter, value: T) => unknown,
  read: (value: T) => unknown = (value) => value,
): Field {
  return { values, write: write as Field['write'], read: read as Field['read'] };
}

const asText = (value: Text | null) => value && Buffer.from(value as Buffer).toString('latin1');
const INT = field(i32, (w, value) => w.i32(value));
const LONG = field(i64, (w, value) => w.i64(value));
const BYTE = field(fc.nat(255), (w, value) => w.byte(value));
const BOOL = field(fc.boolean(), (w, value) => w.bool(value));
const BUFFER = field(maybeBytes, (w, value) => w.buffer(value));
const TEXT = field(maybeBytes, (w, value) => w.ustring(value), asText);
const TEXTS = field(
  fc.option(fc.array(maybeBytes, { maxLength: 4 })),
  (w, texts) => w.vector(texts, (to, text) => to.ustring(text)),
  (texts) => texts?.map(asText) ?? null,
);
const ACLS = field(acls, writeAcls, (list) => {
  return (
    list?.map(({ perms, scheme, id }) => ({ perms, id: { scheme: asText(scheme), id: asText(id) } })) ?? null
  );
});

const RECORDS: readonly [Layout<unknown>, Readonly<Record<string, Field>>][] = [
  [idLayout, { scheme: TEXT, id: TEXT }],
  [closeSessionTxnLayout, { paths2Delete: TEXTS }],
  [createContainerTxnLayout, { path: TEXT, data: BUFFER, acl: ACLS, parentCVersion: INT }],
  [createSessionTxnLayout, { timeOut: INT }],
  [createTTLTxnLayout, { path: TEXT, data: BUFFER, acl: ACLS, parentCVersion: INT, ttl: LONG }],
  [createTxnV0Layout, { path: TEXT, data: BUFFER, acl: ACLS, ephemeral: BOOL }],
  [fileHeaderLayout, { magic: INT, version: INT, dbid: LONG }],
  [txnLayout, { type: INT, data: BUFFER }],
  [setACLTxnLayout, { path: TEXT, acl: ACLS, version: INT }],
  [aclEntryLayout, { key: LONG, acl: ACLS }],
  [sealLayout, { checksum: LONG, mark: TEXT }],
  [digestBlockLayout, { zxid: LONG, version: INT, digest: LONG }],
  [lastZxidBlockLayout, { lastProcessedZxid: LONG }],
  [sessionLayout, { id: LONG, timeout: INT }],
  [recordLayout, { checksum: LONG, entry: BUFFER, endMark: BYTE }],
];

describe.each(RECORDS.map(([layout, fields]) => ({ name: layout.name, layout, fields })))(
  '$name',
  ({ layout, fields }) => {
    const values = fc.record(
      Object.fromEntries(Object.entries(fields).map(([key, { values }]) => [key, values])),
    );

    test('is read as it was written, and cut anywhere it is truncated', () => {
      fc.assert(
        fc.property(values, (record) => {
          const writer = new JuteWriter();
          const expected: Record<string, unknown> = {};
          for (const [key, field] of Object.entries(fields)) {
            const value = record[key];
            field.write(writer, value);
            expected[key] = field.read(value);
          }
          const bytes = writer.bytes();
          expect(layout.decode(bytes, place)).toEqual({ value: expected, next: bytes.length });
          for (let end = 0; end < bytes.length; end++) {
            const error = caught(() => layout.decode(bytes, place, 0, end));
            expect(error).toBeInstanceOf(TruncatedError);
            expect(error).toMatchObject({ code: 'truncated', offset: 0, where: layout.name });
          }
        }),
        { numRuns: 40 },
      );
    });
  },
);
