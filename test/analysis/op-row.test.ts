import { describe, expect, it } from 'vitest';
import { ops, opTest } from '../../src/analysis/log-query.js';
import { type OpRow, opRow, partsOf } from '../../src/analysis/op-row.js';
import { rawText } from '../../src/jute/raw-text.js';
import type { LoggedTxn } from '../../src/txnlog/logged-txn.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { txnProblems } from '../../src/txnlog/txn-problems.js';
import { useTempDir } from '../support/fixtures.js';
import * as spec from '../support/log-spec.js';

const dir = useTempDir();

/** The txns of a log file made of these. */
function logged(...txns: readonly Partial<spec.TxnSpec>[]): LoggedTxn[] {
  const whole = txns.map((txn, i): spec.TxnSpec => {
    return {
      type: 2,
      body: Buffer.alloc(0),
      zxid: BigInt(i + 1),
      clientId: 0x200_0000_0000_0000n,
      cxid: 7,
      time: 5n,
      ...txn,
    };
  });
  const file = dir.write(`log.${Math.random()}`, spec.logBytes({ txns: whole }));
  const found: LoggedTxn[] = [];
  for (const record of openTxnLog(file).records()) {
    const { offset, length } = record;
    // Bodies are views of the reader's buffer, which small files fit in whole.
    found.push({ txn: record.txn, evidence: { file: 'log.1', offset, length } });
  }
  return found;
}

function rows(...txns: readonly Partial<spec.TxnSpec>[]): Partial<OpRow>[] {
  return logged(...txns).flatMap((one) => {
    return partsOf(one.txn).map((part) => JSON.parse(JSON.stringify(opRow(one, part), plain)));
  });
}

/** Without fields that are undefined, and with what JSON cannot hold as text. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  const buffer = value as { type?: unknown; data?: number[] } | null;
  return buffer !== null && typeof buffer === 'object' && buffer.type === 'Buffer'
    ? Buffer.from(buffer.data!).toString('latin1')
    : value;
}

const head = { time: '5n', session: `${0x200_0000_0000_0000n}n`, cxid: 7, file: 'log.1' };
const open = [{ scheme: 'world', id: 'anyone', perms: 'cdrwa' }];

describe('the row of an op', () => {
  it('has the fields of its type', () => {
    const found = rows(
      { ...spec.create('/a', 'data', { ephemeral: true, parentCVersion: 3 }), digest: 0x99n },
      spec.create2('/b', null),
      spec.createContainer('/c', 'x', 4),
      spec.createTtl('/d', 'y', 1000n, 5),
      spec.del('/e'),
      spec.deleteContainer('/f'),
      spec.setData('/g', '', 6),
      spec.reconfig('server.1=x'),
      spec.setAcl('/h', [{ scheme: 'ip', id: '10.0.0.1', perms: 1 }], 7),
      spec.check('/i', 8),
      spec.error(-101),
      spec.createSession(4000),
      spec.closeSession(),
      spec.createV0('/j', 'z'),
    );
    const place = ({ offset, length, zxid, ...rest }: Partial<OpRow>) => rest;
    expect(found.map(place)).toEqual([
      {
        ...{ ...head, type: 'create', path: '/a', parentCVersion: 3, ephemeral: true, acl: open },
        ...{ dataLength: 4, data: 'data', digest: `${0x99n}n` },
      },
      {
        ...{ ...head, type: 'create2', path: '/b', parentCVersion: 1, ephemeral: false, acl: open },
        ...{ dataLength: 0, data: null },
      },
      {
        ...head,
        type: 'createContainer',
        path: '/c',
        parentCVersion: 4,
        acl: open,
        dataLength: 1,
        data: 'x',
      },
      {
        ...{ ...head, type: 'createTTL', path: '/d', parentCVersion: 5, ttl: '1000n', acl: open },
        ...{ dataLength: 1, data: 'y' },
      },
      { ...head, type: 'delete', path: '/e' },
      { ...head, type: 'deleteContainer', path: '/f' },
      { ...head, type: 'setData', path: '/g', version: 6, dataLength: 0, data: '' },
      {
        ...head,
        type: 'reconfig',
        path: '/zookeeper/config',
        version: -1,
        dataLength: 10,
        data: 'server.1=x',
      },
      {
        ...head,
        type: 'setACL',
        path: '/h',
        version: 7,
        acl: [{ scheme: 'ip', id: '10.0.0.1', perms: 'r' }],
      },
      { ...head, type: 'check', path: '/i', version: 8 },
      { ...head, type: 'error', error: -101, errorName: 'NONODE' },
      { ...head, type: 'createSession', timeout: 4000 },
      { ...head, type: 'closeSession' },
      {
        ...{ ...head, type: 'create', path: '/j', parentCVersion: -1, ephemeral: false, acl: open },
        ...{ dataLength: 1, data: 'z' },
      },
    ]);
    expect(found.map(({ zxid }) => zxid)).toEqual(Array.from({ length: 14 }, (_, i) => `${i + 1}n`));
    expect(found[0]!.offset).toBe(16);
    expect(found[1]!.offset).toBe(16 + found[0]!.length!);
  });

  it('says where a multi applies and where not', () => {
    const found = rows(
      spec.multi([spec.create('/a'), spec.setData('/b', 'x')]),
      spec.multi([spec.del('/c'), spec.error(-103), spec.error(-2)]),
      spec.multi([]),
    );
    const seen = found.map(({ zxid, type, multi, applied, error }) => ({
      zxid,
      type,
      multi,
      applied,
      error,
    }));
    expect(seen).toEqual([
      { zxid: '1n', type: 'create', multi: 0 },
      { zxid: '1n', type: 'setData', multi: 1 },
      { zxid: '2n', type: 'delete', multi: 0, applied: false },
      { zxid: '2n', type: 'error', multi: 1, applied: false, error: -103 },
      { zxid: '2n', type: 'error', multi: 2, applied: false, error: -2 },
      { zxid: '3n', type: 'multi' },
    ]);
  });

  it('shows the deletes that a closeSession lists after it', () => {
    const found = rows({ ...spec.closeSession(['/a', '/b']), digest: 5n });
    expect(
      found.map(({ type, path, implied, deletes, digest }) => ({ type, path, implied, deletes, digest })),
    ).toEqual([
      { type: 'closeSession', deletes: 2, digest: '5n' },
      { type: 'delete', path: '/a', implied: true },
      { type: 'delete', path: '/b', implied: true },
    ]);
  });

  it('keeps the bytes of a path that is not UTF-8', () => {
    const [row] = rows(spec.del(Buffer.from([0x2f, 0xff, 0x61])));
    expect(row).toMatchObject({
      path: '/\\xffa',
      pathBase64: Buffer.from([0x2f, 0xff, 0x61]).toString('base64'),
    });
    expect(rows(spec.del(null))[0]).toMatchObject({ path: null });
  });

  it('shows a body that cannot be read as bytes, and reports it', () => {
    const [one] = logged({ type: 99, body: Buffer.from('?') });
    expect(opRow(one!, partsOf(one!.txn)[0]!)).toMatchObject({ type: 'unknown', opCode: 99, dataLength: 1 });
    expect(txnProblems(one!)).toMatchObject([{ code: 'op-unknown', file: 'log.1' }]);
    const [more] = logged({ ...spec.del('/a'), extra: Buffer.alloc(3) });
    const at = more!.evidence.offset + more!.evidence.length - 1 - 3;
    expect(txnProblems(more!)).toMatchObject([{ code: 'txn-trailing-bytes', offset: at, found: '3 bytes' }]);
  });
});

describe('the conditions of log', () => {
  const all = logged(
    spec.create('/a/b', 'x'),
    spec.setData('/a', 'y'),
    { ...spec.error(-101), clientId: 0x300_0000_0000_0001n },
    spec.multi([spec.del('/ab'), spec.error(-2)]),
    spec.setAcl('/', null),
  );
  const found = (query: Parameters<typeof opTest>[0]) =>
    [...ops(all, opTest(query))].map(({ logged: { txn }, part }) => `${txn.header.zxid} ${part.op.op}`);

  it('selects by path, subtree, session, server, op and failure', () => {
    expect(opTest({})).toBeNull();
    expect(found({ path: /^\/a$/ })).toEqual(['2 setData']);
    expect(found({ subtree: rawText('/a') })).toEqual(['1 create', '2 setData']);
    expect(found({ subtree: '' as never })).toEqual(['1 create', '2 setData', '4 delete', '5 setACL']);
    expect(found({ session: 0x300_0000_0000_0001n })).toEqual(['3 error']);
    expect(found({ server: 3 })).toEqual(['3 error']);
    expect(found({ ops: new Set(['multi', 'setACL']) })).toEqual(['4 delete', '4 error', '5 setACL']);
    expect(found({ failed: true })).toEqual(['3 error', '4 delete', '4 error']);
    expect(found({ failed: true, error: -2 })).toEqual(['4 error']);
  });
});
