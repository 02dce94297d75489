import { describe, expect, test } from 'vitest';
import { Cursor } from '../../src/jute/cursor.js';
import { decodeTxn } from '../../src/txnlog/txn.js';
import { jute } from '../support/jute-writer.js';
import * as spec from '../support/log-spec.js';

/** A txn with this body and digest as it is read back; `entryBytes` is behind the 32 bytes of the header. */
function decode(body: spec.BodySpec, more: Partial<spec.TxnSpec> = {}) {
  const entry = spec.entryBytes({ zxid: 9n, ...body, ...more });
  const header = { clientId: 0x1000n, cxid: 1, zxid: 9n, time: 0n, type: body.type };
  const { op, digest, trailingBytes } = decodeTxn(
    header,
    new Cursor(entry, { file: 'log.1', base: 100 }, 32),
  );
  return { op, digest, trailingBytes };
}

const DIGEST = { version: 2, treeDigest: 1371985504n };
const OPEN_ACL = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];

describe.each([
  { title: 'with a digest', digest: DIGEST },
  { title: 'without one, as before 3.6', digest: undefined },
])('the body of a txn $title', ({ digest }) => {
  const more = digest === undefined ? {} : { digest };
  const read = { digest: digest ?? null, trailingBytes: 0 };

  test.each([
    ['create', spec.create('/a', 'x', { ephemeral: true, parentCVersion: 7 }), 1],
    ['create2', spec.create2('/a', 'x', { ephemeral: true, parentCVersion: 7 }), 15],
  ])('%s tells path, data, ACL, ephemeral and the cversion of the parent', (op, body, code) => {
    expect(body.type).toBe(code);
    const expected = {
      path: '/a',
      data: Buffer.from('x'),
      acl: OPEN_ACL,
      ephemeral: true,
      parentCVersion: 7,
    };
    expect(decode(body, more)).toEqual({ op: { op, ...expected }, ...read });
  });

  test('createContainer has no ephemeral flag', () => {
    const expected = { path: '/c', data: null, acl: OPEN_ACL, parentCVersion: 3 };
    expect(decode(spec.createContainer('/c', null, 3), more)).toEqual({
      op: { op: 'createContainer', ...expected },
      ...read,
    });
  });

  test('createTTL ends with the ttl', () => {
    const expected = {
      path: '/t',
      data: Buffer.alloc(0),
      acl: OPEN_ACL,
      parentCVersion: 3,
      ttl: 2n ** 40n - 1n,
    };
    expect(decode(spec.createTtl('/t', '', 2n ** 40n - 1n, 3), more)).toEqual({
      op: { op: 'createTTL', ...expected },
      ...read,
    });
  });

  test.each([
    ['delete', spec.del('/a'), { path: '/a' }],
    ['deleteContainer', spec.deleteContainer('/a'), { path: '/a' }],
    ['setData', spec.setData('/', null, 4), { path: '/', data: null, version: 4 }],
    ['reconfig', spec.reconfig('s=1'), { path: '/zookeeper/config', data: Buffer.from('s=1'), version: -1 }],
    ['setACL', spec.setAcl('/a', null, 2), { path: '/a', acl: null, version: 2 }],
    ['check', spec.check('/a', 5), { path: '/a', version: 5 }],
    ['error', spec.error(-110), { err: -110 }],
    ['createSession', spec.createSession(20000), { timeOut: 20000 }],
  ])('%s is read field by field', (op, body, fields) => {
    expect(decode(body, more)).toEqual({ op: { op, ...fields }, ...read });
  });

  test('closeSession of a server before 3.6 has no path list', () => {
    expect(decode(spec.closeSession(), more)).toEqual({
      op: { op: 'closeSession', paths2Delete: null },
      ...read,
    });
  });

  test.each([[[]], [['/e1']], [['/e1', '/e2', '/e3']], [['/abc']], [['']]])(
    'closeSession lists the ephemerals it deletes: %j',
    (paths) => {
      expect(decode(spec.closeSession(paths), more)).toEqual({
        op: { op: 'closeSession', paths2Delete: paths },
        ...read,
      });
    },
  );

  test('closeSession with a null list is read as one without', () => {
    expect(decode(spec.closeSession(null), more)).toEqual({
      op: { op: 'closeSession', paths2Delete: null },
      ...read,
    });
  });
});

describe('a multi', () => {
  test('is read part by part in its order', () => {
    const { op } = decode(spec.multi([spec.check('/a', 2), spec.create2('/b', 'x'), spec.del('/c')]), {
      digest: DIGEST,
    });
    expect(op).toMatchObject({ op: 'multi', failed: false });
    expect(op.op === 'multi' && op.ops.map((part) => part.op)).toEqual(['check', 'create2', 'delete']);
  });

  test('of which a part failed is failed as a whole, and tells the codes of all that did', () => {
    const { op, digest } = decode(spec.multi([spec.create('/b'), spec.error(-103), spec.error(-2)]), {
      digest: DIGEST,
    });
    expect(op).toMatchObject({ op: 'multi', failed: true });
    expect(op.op === 'multi' && op.ops.slice(1)).toEqual([
      { op: 'error', err: -103 },
      { op: 'error', err: -2 },
    ]);
    expect(digest).toEqual(DIGEST);
  });

  test('whose failed parts kept the body of what they were, as a leader of 3.8.6 writes them, is failed', () => {
    const { op } = decode(spec.multi([{ ...spec.setData('/a', 'x'), type: -1 }, spec.error(-2)]));
    expect(op).toEqual({
      op: 'multi',
      failed: true,
      ops: [
        { op: 'error', err: null },
        { op: 'error', err: -2 },
      ],
    });
  });

  test('keeps the parts around one of an unknown type', () => {
    const unknown = { type: 99, body: Buffer.from('what') };
    const { op, digest, trailingBytes } = decode(spec.multi([spec.del('/a'), unknown, spec.del('/c')]), {
      digest: DIGEST,
    });
    expect(op).toMatchObject({
      op: 'multi',
      failed: false,
      ops: [
        { op: 'delete', path: '/a' },
        // 100 + header 32 + count 4 + first part (type 4, length 4, path 4 + 2) + type 4 + length 4
        { op: 'unknown', code: 99, body: Buffer.from('what'), error: { code: 'op-unknown', offset: 158 } },
        { op: 'delete', path: '/c' },
      ],
    });
    expect({ digest, trailingBytes }).toEqual({ digest: DIGEST, trailingBytes: 0 });
  });

  test('keeps the parts around one that is cut short, and does not read into the next', () => {
    const short = { type: 2, body: spec.del('/abc').body.subarray(0, 6) };
    const { op } = decode(spec.multi([short, spec.del('/c')]));
    expect(op).toMatchObject({
      op: 'multi',
      ops: [
        { op: 'unknown', code: 2, body: short.body, error: { code: 'truncated' } },
        { op: 'delete', path: '/c' },
      ],
    });
  });

  test('within a multi, which no server writes, is an unknown part', () => {
    const { op } = decode(spec.multi([spec.multi([spec.del('/a')]), spec.del('/b')]));
    expect(op).toMatchObject({
      op: 'multi',
      ops: [
        { op: 'unknown', code: 14, error: { code: 'op-unknown' } },
        { op: 'delete', path: '/b' },
      ],
    });
  });

  test.each([[null], [[]]])('with the part list %j has no parts', (parts) => {
    expect(decode(spec.multi(parts)).op).toEqual({ op: 'multi', ops: [], failed: false });
  });

  test('with a part whose body is null keeps that part as unreadable', () => {
    const { op } = decode(spec.multi([{ type: 2, body: null }, spec.del('/b')]));
    expect(op).toMatchObject({
      ops: [
        { op: 'unknown', code: 2 },
        { op: 'delete', path: '/b' },
      ],
    });
  });
});

describe('a count that is out of all proportion', () => {
  const MILLIONS = 3_000_000;
  const zeros = (length: number) => Buffer.alloc(length);

  test.each([
    ['more parts than the bytes can hold', 14, jute((w) => w.i32(2 ** 31 - 1).raw(zeros(100)))],
    ['more paths than the bytes can hold', -11, jute((w) => w.i32(MILLIONS).raw(zeros(100)))],
    [
      'more ACLs than the bytes can hold',
      7,
      jute((w) =>
        w
          .ustring('/a')
          .i32(9)
          .raw(zeros(12 * 8 + 4)),
      ),
    ],
  ])('makes a txn with %s a truncated one', (_, type, body) => {
    const { op } = decode({ type, body });
    expect(op).toMatchObject({ op: 'unknown', code: type, error: { code: 'truncated' } });
  });

  test.each([
    ['parts', 14, jute((w) => w.i32(MILLIONS).raw(zeros(8 * MILLIONS)))],
    ['paths', -11, jute((w) => w.i32(MILLIONS).raw(zeros(4 * MILLIONS)))],
    [
      'ACLs of a create',
      1,
      jute((w) =>
        w
          .ustring('/a')
          .buffer(null)
          .i32(MILLIONS)
          .raw(zeros(12 * MILLIONS)),
      ),
    ],
    [
      'ACLs of a setACL',
      7,
      jute((w) =>
        w
          .ustring('/a')
          .i32(MILLIONS)
          .raw(zeros(12 * MILLIONS)),
      ),
    ],
    [
      'ACLs of a createContainer',
      19,
      jute((w) =>
        w
          .ustring('/a')
          .buffer(null)
          .i32(MILLIONS)
          .raw(zeros(12 * MILLIONS)),
      ),
    ],
    [
      'ACLs of a createTTL',
      21,
      jute((w) =>
        w
          .ustring('/a')
          .buffer(null)
          .i32(MILLIONS)
          .raw(zeros(12 * MILLIONS)),
      ),
    ],
  ])('makes a txn with three million %s one that no server writes', (_, type, body) => {
    const { op } = decode({ type, body });
    expect(op).toMatchObject({ op: 'unknown', code: type, error: { code: 'record-too-large' } });
  });

  test('is that of all lists of a txn together', () => {
    const acls = jute((w) =>
      w
        .ustring('/a')
        .buffer(null)
        .i32(600_000)
        .raw(zeros(12 * 600_000))
        .raw(zeros(5)),
    );
    const part = { type: 1, body: acls };
    expect(decode(part).op).toMatchObject({ op: 'create', path: '/a' });
    const { op } = decode(spec.multi([part, part]));
    expect(op).toMatchObject({
      op: 'multi',
      ops: [{ op: 'create' }, { op: 'unknown', error: { code: 'record-too-large' } }],
    });
  });

  test('of parts that cannot be read makes the multi one that cannot', () => {
    const unknown = { type: 99, body: Buffer.from('what') };
    const multiOf = (count: number) => decode(spec.multi(Array.from({ length: count }, () => unknown))).op;
    expect(multiOf(100)).toMatchObject({ op: 'multi' });
    expect(multiOf(101)).toMatchObject({ op: 'unknown', code: 14, error: { code: 'op-unknown' } });
  });

  test('makes a path of 17 MiB one that no server writes', () => {
    const body = jute((w) => w.ustring(Buffer.alloc(17 * 1024 * 1024, 'a')));
    expect(decode({ type: 2, body }).op).toMatchObject({
      op: 'unknown',
      error: { code: 'record-too-large' },
    });
  });
});

describe('a txn that cannot be read', () => {
  test('because of its op code keeps its body', () => {
    const { op, digest } = decode({ type: 77, body: Buffer.from('body') }, { digest: DIGEST });
    expect(op).toMatchObject({ op: 'unknown', code: 77, error: { code: 'op-unknown', offset: 132 } });
    expect(op.op === 'unknown' && op.body.length).toBe(4 + 12);
    expect(digest).toBeNull();
  });

  test('because of its op code keeps the first MiB of a long body', () => {
    const { op } = decode({ type: 77, body: Buffer.alloc(3 * 1024 * 1024, 'body') });
    expect(op.op === 'unknown' && op.body.equals(Buffer.alloc(1024 * 1024, 'body'))).toBe(true);
  });

  test('because its body ends too soon keeps what there is', () => {
    const { op } = decode({ type: 5, body: spec.setData('/a', 'xyz', 1).body.subarray(0, 9) });
    expect(op).toMatchObject({ op: 'unknown', code: 5, error: { code: 'truncated' } });
  });
});

test('a create of a server before 3.4 has parentCVersion -1', () => {
  expect(decode(spec.createV0('/a', 'x')).op).toMatchObject({ op: 'create', path: '/a', parentCVersion: -1 });
});

test('a check outside a multi, the poison record of ZOOKEEPER-2623, is read', () => {
  expect(decode(spec.check('/a', 1), { digest: DIGEST })).toEqual({
    op: { op: 'check', path: '/a', version: 1 },
    digest: DIGEST,
    trailingBytes: 0,
  });
});

test.each([
  [1, 'no digest', 1],
  [11, 'no digest', 11],
  [12, 'a digest', 0],
  [13, 'a digest', 1],
])('%i zero bytes behind a body are %s and %i bytes too many', (count, what, trailingBytes) => {
  const digest = what === 'a digest' ? { version: 0, treeDigest: 0n } : null;
  expect(decode(spec.del('/a'), { extra: Buffer.alloc(count) })).toEqual({
    op: { op: 'delete', path: '/a' },
    digest,
    trailingBytes,
  });
});
