// Each way in which a server stops, and each thing to know where it does not: code, file, offset. That servers do so
// is what boot-outcomes.test.ts is about.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulateBoot } from '../../src/datadir/boot.js';
import { BootFiles } from '../../src/datadir/boot-files.js';
import type { Boot, NoteCode, StopCode } from '../../src/datadir/boot-outcome.js';
import { treeAfterBoot } from '../../src/datadir/boot-tree.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { TESTED } from '../../src/datadir/release.js';
import type { ServerSpec } from '../../src/datadir/server-settings.js';
import { cut, fill, flip, putI32 } from '../support/damage.js';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import {
  buildLog,
  check,
  closeSession,
  create,
  create2,
  creates,
  createTtl,
  del,
  logBytes,
  multi,
  setData,
} from '../support/log-spec.js';
import { buildSnapshot, NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
let folders = 0;

const TREE = snapshotBytes({ znodes: NEW_TREE });
const FIVE = buildLog({ txns: creates(5), padding: 100 });

/** A dataDir of these files, all in version-2 but for those with a slash. */
function dirOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const dir = join(temp.path, `dir-${folders++}`);
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    const file = name.startsWith('../') ? name.slice(3) : join('version-2', name);
    mkdirSync(join(dir, file, '..'), { recursive: true });
    temp.write(join(`dir-${folders - 1}`, file), bytes);
  }
  return dir;
}

function boot(files: Parameters<typeof dirOf>[0], release = '3.9', spec: Partial<ServerSpec> = {}): Boot {
  return simulateBoot(openDataDir(dirOf(files)), { release, ...spec }, new BootFiles());
}

const noted = ({ notes }: Boot, code: NoteCode) => notes.filter((note) => note.code === code);
const nameOf = (file: string | null) => file?.split('/').at(-1) ?? null;

describe('a server stops', () => {
  const stops = (
    code: StopCode,
    file: string | null,
    offset: number | null,
    files: Parameters<typeof dirOf>[0],
    release = '3.9',
    spec: Partial<ServerSpec> = {},
  ) => {
    const stopped = boot(files, release, spec);
    expect(stopped.boots).toBe(false);
    if (stopped.boots) return stopped;
    expect([stopped.code, nameOf(stopped.file), stopped.offset]).toEqual([code, file, offset]);
    for (const text of [stopped.error, stopped.expected, stopped.found, stopped.why, stopped.todo]) {
      expect(text).not.toBe('');
    }
    return stopped;
  };

  test('without a snapshot, where there are logs', () => {
    expect(stops('snapshot-none', null, null, { 'log.1': FIVE.bytes })).toMatchObject({
      found: 'none',
      logs: [],
    });
  });

  test('up to 3.5 also where there are snapshots of other names', () => {
    const files = { 'snapshot.5.gz': TREE, 'log.1': FIVE.bytes };
    expect(stops('snapshot-none', null, null, files, '3.5')).toMatchObject({
      found: 'only names it does not see, snapshot.5.gz',
      ignored: [{ why: 'up to 3.5 a name has two parts, snapshot.5' }],
    });
  });

  test('where each snapshot is damaged: the newest is named', () => {
    const { marks, bytes } = buildSnapshot({ znodes: NEW_TREE });
    // The last byte of the last stat.
    const spoilt = flip(bytes, marks.terminator - 1);
    const stopped = stops('snapshot-none-valid', 'snapshot.9', marks.seals[0]!, {
      'snapshot.5': spoilt,
      'snapshot.9': spoilt,
      'snapshot.a': Buffer.alloc(0),
    });
    expect(stopped.passedOver).toMatchObject([
      { code: 'file-empty', offset: 0, isRead: false },
      { code: 'snapshot-checksum', offset: marks.seals[0], isRead: true },
      { code: 'snapshot-checksum', isRead: true },
    ]);
  });

  test('at a null list of ACLs, though an older snapshot is sound', () => {
    const bad = buildSnapshot({ acls: [{ key: 1n, acl: null }], znodes: NEW_TREE });
    stops('snapshot-fatal', 'snapshot.9', bad.marks.acls[0]!, {
      'snapshot.5': TREE,
      'snapshot.9': bad.bytes,
    });
  });

  test('at an owner of an unknown feature, with extended types alone', () => {
    const owner = BigInt.asIntN(64, 0xff00_0100_0000_0001n);
    const odd = buildSnapshot({ znodes: [...NEW_TREE, { path: '/odd', stat: { ephemeralOwner: owner } }] });
    const files = { 'snapshot.9': odd.bytes };
    const stopped = stops('snapshot-fatal', 'snapshot.9', odd.marks.znodes[4]!, files, '3.9', {
      extendedTypes: true,
    });
    expect(stopped).toMatchObject({ error: 'Invalid ephemeralOwner. [ff00010000000001]' });
    expect(boot(files).boots).toBe(true);
  });

  test('at a log that ends within its header, unless 3.9.3 and later delete it', () => {
    const files = { 'snapshot.0': TREE, 'log.1': FIVE.bytes, 'log.6': '' };
    stops('log-header', 'log.6', 0, files, '3.9.2');
    stops('log-header', 'log.6', 7, { ...files, 'log.6': FIVE.bytes.subarray(0, 7) }, '3.9');
    expect(boot(files)).toMatchObject({ boots: true, changes: [{ change: 'delete' }, { change: 'write' }] });
    // In the middle it stops them too.
    stops('log-header', 'log.6', 0, { ...files, 'log.7': logBytes({ txns: creates(1, 7n) }) });
  });

  test('at a log that is none', () => {
    const stopped = stops('log-magic', 'log.6.gz', 0, {
      'snapshot.0': TREE,
      'log.6.gz': Buffer.from('1f8b'.repeat(20), 'hex'),
    });
    expect(stopped).toMatchObject({ found: '1f8b1f8b', expected: 'magic 5a4b4c47 (ZKLG)' });
  });

  const third = FIVE.records[2]!.offset;
  const damaged = (how: (bytes: Buffer) => Buffer) => ({ 'snapshot.0': TREE, 'log.1': how(FIVE.bytes) });

  test('at a wrong checksum', () => {
    const stopped = stops(
      'log-checksum',
      'log.1',
      third,
      damaged((bytes) => flip(bytes, third + 30)),
    );
    expect(stopped).toMatchObject({ error: 'CRC check failed', logs: [{ txns: 2 }] });
    expect((stopped as { expected: string }).expected).toMatch(/^Adler-32 0x/);
  });

  test('at lengths that make no sense', () => {
    const with_ = (length: number) => damaged((bytes) => putI32(bytes, third + 8, length));
    stops('log-null', 'log.1', third, with_(-1));
    stops('log-length', 'log.1', third, with_(-2));
    const stopped = stops('log-length', 'log.1', third, with_(2097151));
    expect(stopped).toMatchObject({
      error: 'Unreasonable length = 2097151',
      expected: 'a length of at most 2097150',
    });
    // One less is within the limit, and the file ends before it.
    expect(boot(with_(2097150))).toMatchObject({ boots: true, zxid: 2n });
  });

  test('at a txn longer than it reads, and says which jute.maxbuffer helps', () => {
    const sizes = [1_100_000, 1_200_000, 1_150_000];
    const long = buildLog({
      txns: sizes.map((size, i) => ({ zxid: BigInt(i + 1), ...create(`/${i}`, Buffer.alloc(size)) })),
    });
    const files = { 'snapshot.0': TREE, 'log.1': long.bytes };
    const stopped = stops('log-length', 'log.1', 16, files, '3.4');
    expect(stopped).toMatchObject({
      found: String(long.records[0]!.length - 13),
      todo: `Start with -Djute.maxbuffer=${long.records[1]!.length - 13} or more, which reads every txn of this log.`,
    });
    expect(boot(files, '3.9').boots).toBe(true);
  });

  test('at an op code that it does not read', () => {
    const log = buildLog({
      txns: [
        { zxid: 1n, ...create('/a') },
        { zxid: 2n, ...create2('/b') },
      ],
    });
    const files = { 'snapshot.0': TREE, 'log.1': log.bytes };
    const stopped = stops('log-op', 'log.1', log.records[1]!.offset, files, '3.4');
    expect(stopped).toMatchObject({ error: 'Unsupported Txn with type=%d15', found: '15 (create2)' });
    expect(boot(files, '3.5').boots).toBe(true);
  });

  test('at a check by itself, whatever the release', () => {
    const files = { 'snapshot.0': TREE, 'log.1': logBytes({ txns: [{ zxid: 1n, ...check('/a', 1) }] }) };
    expect(stops('log-op', 'log.1', 16, files)).toMatchObject({ error: 'Unsupported Txn with type=13' });
  });

  test('at a gap, from 3.9.4 on', () => {
    const log = buildLog({ txns: creates(5).filter(({ zxid }) => zxid !== 3n) });
    const files = { 'snapshot.0': TREE, 'log.1': log.bytes };
    expect(stops('log-gap', 'log.1', log.records[2]!.offset, files, '3.9.4')).toMatchObject({
      error: 'Committed proposal cached out of order: 0x4 is not the next proposal of 0x2',
      expected: 'zxid 0x3',
    });
    const booted = boot(files, '3.9.3');
    expect(noted(booted, 'gap')).toMatchObject([{ offset: log.records[2]!.offset }]);
  });

  test('at the first of two reasons', () => {
    const gap = creates(9).filter(({ zxid }) => zxid !== 3n);
    const poisoned = gap.map((txn) => (txn.zxid === 7n ? { zxid: 7n, ...check('/a', 1) } : txn));
    const log = buildLog({ txns: poisoned });
    const files = { 'snapshot.0': TREE, 'log.1': log.bytes };
    stops('log-gap', 'log.1', log.records[2]!.offset, files, '3.9');
    stops('log-op', 'log.1', log.records[5]!.offset, files, '3.8');
  });

  test('at a digest that it takes for a list of paths', () => {
    const txns = [{ zxid: 1n, ...closeSession(), digest: 0x51c6d660n }];
    const files = { 'snapshot.0': TREE, 'log.1': logBytes({ txns }) };
    expect(stops('close-session-length', 'log.1', 16, files, '3.6')).toMatchObject({
      error: 'Unreasonable length = 1371985504',
    });
    expect(boot(files, '3.5').boots).toBe(true);
    expect(boot(files, '3.6', { closeSessionTxn: false }).boots).toBe(true);
    // 0x5_00000000: the first path would have five bytes, and there are four.
    const higher = [{ zxid: 1n, ...closeSession(), digest: 0x5_0000_0000n }];
    expect(boot({ 'snapshot.0': TREE, 'log.1': logBytes({ txns: higher }) }, '3.6').boots).toBe(true);
  });

  test('at an ACL that the snapshot lacks, where it looks it up', () => {
    const snapshot = snapshotBytes({ znodes: [...NEW_TREE, { path: '/a', acl: 7n }, { path: '/a/b' }] });
    const log = buildLog({
      txns: [
        { zxid: 1n, ...create('/x') },
        { zxid: 2n, ...multi([del('/x'), create('/a/c')]) },
      ],
    });
    const files = { 'snapshot.0': snapshot, 'log.1': log.bytes };
    expect(stops('acl-lacking', 'log.1', log.records[1]!.offset, files, '3.8')).toMatchObject({
      error: 'Failed to fetch acls for 7',
      expected: 'ACL 7 in the table of snapshot.0',
    });
    const offset = buildSnapshot({ znodes: NEW_TREE }).marks.terminator;
    expect(noted(boot(files, '3.8.3'), 'acl-lacking')).toMatchObject([{ offset }]);
  });

  test('where folders are exchanged', () => {
    const dir = dirOf({ '../logs/version-2/snapshot.0': TREE, 'log.1': FIVE.bytes });
    const data = openDataDir(dir, { logDir: join(dir, 'logs') });
    const stopped = simulateBoot(data, { release: '3.9' }, new BootFiles());
    expect(stopped).toMatchObject({ boots: false, code: 'directories-swapped', found: 'snapshot.0' });
    // Before the check came, the snapshot was not seen where it lies.
    const older = simulateBoot(data, { release: '3.5.3' }, new BootFiles());
    expect(older).toMatchObject({ boots: true, snapshot: null, ignored: [{}, {}] });
  });

  const member = { mode: 'quorum' } as const;
  const inEpoch5 = { 'snapshot.500000001': TREE };

  test('where its epoch is older than its data', () => {
    const files = { ...inEpoch5, currentEpoch: '3' };
    const stopped = stops('epoch-old', 'currentEpoch', 0, files, '3.9', member);
    expect(stopped).toMatchObject({
      error: 'The current epoch, 3, is older than the last zxid, 21474836481',
      found: '3',
    });
    expect(boot(files, '3.9', { mode: 'standalone' }).boots).toBe(true);
    const adopted = boot({ ...files, 'currentEpoch.tmp': '5' }, '3.9', member);
    expect(noted(adopted, 'epoch-adopted')).toHaveLength(1);
    stops('epoch-old', 'currentEpoch', 0, { ...files, 'currentEpoch.tmp': '5' }, '3.6.2', member);
  });

  test('where an epoch file holds no number', () => {
    const files = { ...inEpoch5, currentEpoch: '5', acceptedEpoch: ' 5' };
    expect(stops('epoch-unreadable', 'acceptedEpoch', 0, files, '3.9', member)).toMatchObject({
      found: '" 5"',
    });
    stops('epoch-unreadable', 'currentEpoch', 0, { ...inEpoch5, currentEpoch: '' }, '3.9', member);
    stops(
      'epoch-unreadable',
      'currentEpoch',
      0,
      { ...inEpoch5, currentEpoch: `${2n ** 63n}` },
      '3.9',
      member,
    );
    expect(boot({ ...inEpoch5, currentEpoch: '+5\nrest' }, '3.9', member).boots).toBe(true);
  });

  test('where its accepted epoch is older than its current one', () => {
    stops(
      'epoch-accepted',
      'acceptedEpoch',
      0,
      { ...inEpoch5, currentEpoch: '6', acceptedEpoch: '5' },
      '3.9',
      member,
    );
  });

  const PAIR = 'server.1=a:1:2\nserver.2=b:1:2\n';

  test('without myid, with zoo.cfg alone', () => {
    stops('myid-missing', 'myid', null, { 'snapshot.0': TREE, '../zoo.cfg': PAIR });
    const booted = boot({ 'snapshot.0': TREE, currentEpoch: '0', acceptedEpoch: '0' });
    expect(booted).toMatchObject({ boots: true, mode: 'quorum' });
    expect([noted(booted, 'mode-guessed').length, noted(booted, 'myid-not-here').length]).toEqual([1, 1]);
  });

  test('with a myid that is no number, or none of the server lines', () => {
    const files = { 'snapshot.0': TREE, '../zoo.cfg': PAIR };
    expect(stops('myid-unreadable', 'myid', 0, { ...files, '../myid': '1 \n' })).toMatchObject({
      found: '"1 "',
    });
    expect(stops('myid-unlisted', 'myid', 0, { ...files, '../myid': '9\n' })).toMatchObject({
      expected: 'one of 1, 2',
    });
    expect(boot({ ...files, '../myid': '2\n' })).toMatchObject({ boots: true, mode: 'quorum' });
  });
});

describe('a server starts', () => {
  test('from the newest snapshot and what follows it', () => {
    const booted = boot({ 'snapshot.0': TREE, 'snapshot.3': TREE, 'log.1': FIVE.bytes });
    expect(booted).toMatchObject({
      boots: true,
      mode: 'standalone',
      snapshot: { name: 'snapshot.3' },
      zxid: 5n,
      txns: 2,
      logs: [{ txns: 2 }],
      changes: [{ change: 'write' }],
      notes: [],
    });
  });

  test('and truncates the snapshot that it has loaded, where nothing follows', () => {
    const booted = boot({ 'snapshot.3': TREE });
    expect(booted.changes).toMatchObject([{ change: 'rewrite' }]);
    expect(boot({ 'snapshot.3': TREE }, '3.4').changes).toEqual([]);
  });

  test('and passes over a snapshot whose blocks are not those that its flags make it expect', () => {
    const only = buildSnapshot({ znodes: NEW_TREE, trailer: 'lastZxid', lastProcessedZxid: 9n });
    const both = buildSnapshot({ znodes: NEW_TREE, trailer: 'both' });
    const behind = (built: typeof only) => built.marks.seals[0]! + 13;
    const passedOver = (built: typeof only, release: string, spec: Partial<ServerSpec> = {}) =>
      boot({ 'snapshot.5': TREE, 'snapshot.9': built.bytes }, release, spec).passedOver;
    // Read as a digest block, its version is the upper half of the checksum, 0, and then comes text.
    const asText = [{ code: 'snapshot-trailing-bytes', offset: behind(only) + 12 }];
    expect(passedOver(only, '3.6')).toMatchObject(asText);
    expect(passedOver(only, '3.9')).toMatchObject(asText);
    expect(passedOver(only, '3.5')).toEqual([]);
    expect(passedOver(only, '3.9', { digestEnabled: false })).toEqual([]);
    // Read as a zxid, the checksum is looked for within the digest.
    const asZxid = [{ code: 'snapshot-trailer-checksum', offset: behind(both) + 8, found: '0x200000000' }];
    expect(passedOver(both, '3.9', { digestEnabled: false })).toMatchObject(asZxid);
    expect(passedOver(both, '3.8', { digestEnabled: false })).toEqual([]);
    expect(passedOver(both, '3.9')).toEqual([]);
  });

  test('and tells what it does not see, and what is read twice', () => {
    const booted = boot({ 'snapshot.0': TREE, 'log.1': FIVE.bytes, 'log.1.old': FIVE.bytes }, '3.6');
    expect(noted(booted, 'same-number')).toHaveLength(1);
    expect(
      boot({ 'snapshot.0': TREE, 'log.1': FIVE.bytes, 'log.1.old': FIVE.bytes }, '3.5').ignored,
    ).toHaveLength(1);
  });

  test('over gaps, steps back and cuts, which it does not mention', () => {
    const log = buildLog({ txns: creates(5, 4n) });
    const booted = boot({
      'snapshot.0': TREE,
      'log.4': log.bytes,
      'log.9': logBytes({ txns: creates(2, 6n) }),
    });
    expect(noted(booted, 'gap-after-snapshot')).toMatchObject([{ offset: 16 }]);
    expect(noted(booted, 'zxid-backward')).toMatchObject([{ offset: 16 }]);
    expect(booted).toMatchObject({ boots: true, zxid: 8n, txns: 7 });
    const marks = FIVE.records.map(({ offset }) => offset);
    const short = boot({ 'snapshot.0': TREE, 'log.1': flip(FIVE.bytes, marks[3]! - 1) });
    expect(noted(short, 'log-cut-short')).toMatchObject([{ offset: marks[2] }]);
    const holed = boot({ 'snapshot.0': TREE, 'log.1': fill(FIVE.bytes, marks[3]!, marks[4]!) });
    expect(noted(holed, 'log-bytes-behind')).toMatchObject([{ offset: marks[3] }]);
  });

  test('with parts of multis left out, where they are applied', () => {
    const log = buildLog({ txns: [{ zxid: 1n, ...multi([create('/a'), create2('/b')]) }] });
    const files = { 'snapshot.0': TREE, 'log.1': log.bytes };
    expect(noted(boot(files, '3.6'), 'multi-part-unread')).toMatchObject([{ offset: 16 }]);
    expect(noted(boot(files, '3.9'), 'multi-part-unread')).toEqual([]);
    expect(noted(boot({ ...files, 'snapshot.1': TREE }, '3.6'), 'multi-part-unread')).toEqual([]);
  });

  test('from a fuzzy snapshot, which up to 3.5 may end in another tree', () => {
    const fuzzy = snapshotBytes({
      znodes: [...NEW_TREE, { path: '/n3', stat: { czxid: 4n, mzxid: 4n, pzxid: 4n } }],
    });
    const files = { 'snapshot.2': fuzzy, 'log.1': logBytes({ txns: creates(5) }) };
    expect(noted(boot(files, '3.5'), 'fuzzy-replay')).toHaveLength(1);
    expect(noted(boot(files, '3.6'), 'fuzzy-replay')).toEqual([]);
    expect(noted(boot({ 'snapshot.2': fuzzy }, '3.9'), 'fuzzy-end')).toHaveLength(1);
  });

  test('with TTLs and containers deleted, where it does not know them', () => {
    const znodes = [
      ...NEW_TREE,
      { path: '/ttl', stat: { ephemeralOwner: BigInt.asIntN(64, 0xff00_0000_0000_1388n) } },
      { path: '/container', stat: { ephemeralOwner: -(2n ** 63n) } },
    ];
    const files = { 'snapshot.0': snapshotBytes({ znodes }) };
    expect(boot(files, '3.9').notes.map(({ code }) => code)).toEqual(['ttl-deleted']);
    expect(boot(files, '3.9', { extendedTypes: true }).notes).toEqual([]);
    expect(boot(files, '3.4').notes.map(({ code }) => code)).toEqual(['ttl-deleted', 'containers-deleted']);
  });

  test('without any data, from 3.6 on only where it may', () => {
    const nothing = { 'log.none': '' };
    expect(boot(nothing, '3.4')).toMatchObject({ boots: true, snapshot: null, zxid: 0n, changes: [] });
    expect(boot(nothing, '3.9')).toMatchObject({ zxid: 0n, changes: [{ change: 'write' }] });
    expect(boot(nothing, '3.9', { dbAutocreate: false })).toMatchObject({ zxid: -1n });
    const allowed = boot({ ...nothing, '../initialize': '' }, '3.9', { dbAutocreate: false });
    expect(allowed).toMatchObject({ zxid: 0n, changes: [{ change: 'delete' }, { change: 'write' }] });
  });

  test('on logs alone where it trusts them; 3.5.6 then leaves them out', () => {
    const trust = { trustEmpty: true };
    expect(boot({ 'log.1': FIVE.bytes }, '3.5.7', trust)).toMatchObject({ boots: true, txns: 5 });
    const dropped = boot({ 'log.1': FIVE.bytes }, '3.5.6', trust);
    expect(dropped).toMatchObject({ boots: true, txns: 0, zxid: 0n });
    expect(noted(dropped, 'logs-dropped')).toHaveLength(1);
  });

  test('as a member, and writes what is missing of its epochs', () => {
    const booted = boot({ 'snapshot.500000001': TREE, acceptedEpoch: '7' }, '3.9', { mode: 'quorum' });
    expect(booted.changes.map(({ change, file }) => `${change} ${nameOf(file)}`)).toEqual([
      'write currentEpoch',
    ]);
    expect(noted(booted, 'leader-only')).toHaveLength(1);
  });

  test('and zoo.cfg tells of autopurge, and untested releases are said to be so', () => {
    const booted = boot({ 'snapshot.0': TREE, '../zoo.cfg': 'autopurge.purgeInterval=1\n' }, '3.9.1');
    expect(booted.notes.map(({ code }) => code)).toEqual(['release-untested', 'autopurge']);
  });

  test('many times, with every file read once', () => {
    const dir = dirOf({ 'snapshot.0': TREE, 'log.1': logBytes({ txns: creates(5) }) });
    const data = openDataDir(dir);
    const files = new BootFiles();
    const first = simulateBoot(data, { release: '3.4' }, files);
    rmSync(join(dir, 'version-2', 'log.1'));
    const second = simulateBoot(data, { release: '3.8' }, files);
    expect([first, second]).toMatchObject([
      { boots: true, zxid: 5n },
      { boots: true, zxid: 5n },
    ]);
  });
});

describe('a replay over effects of its txns', () => {
  // FORMAT.md 7.2, and DataTree.createNode and deleteNode of 3.4.14, 3.5.10 and 3.6.4.
  const differences = (files: Parameters<typeof dirOf>[0]) => {
    const dir = openDataDir(dirOf(files));
    const read = new BootFiles();
    return Object.fromEntries(
      TESTED.map((release) => {
        const booted = simulateBoot(dir, { release }, read);
        if (!booted.boots) return [release, booted.code];
        return [release, treeAfterBoot(dir, booted, read).differs?.examples ?? []];
      }),
    );
  };
  const parent = (cversion: number, pzxid: bigint) => ({ path: '/p', stat: { cversion, pzxid } });

  test('leaves pzxid behind before 3.5.5, where what is deleted is gone already', () => {
    // The parent was written before the delete, and the child would have come after it.
    const files = {
      'snapshot.3': snapshotBytes({ znodes: [...NEW_TREE, parent(1, 3n)] }),
      'log.4': logBytes({ txns: [{ zxid: 4n, ...del('/p/a') }] }),
    };
    expect(differences(files)).toEqual({
      ...Object.fromEntries(TESTED.map((release) => [release, []])),
      '3.4.14': [{ path: '/p', what: 'pzxid 0x3 instead of 0x4' }],
    });
  });

  test('takes cversion back before 3.6, where the last create does not bring it forward again', () => {
    // /p/a came and went, /p/b came, and then both were written. A create2 that finds its znode there does nothing.
    const files = {
      'snapshot.2': snapshotBytes({
        znodes: [...NEW_TREE, parent(2, 5n), { path: '/p/b', stat: { czxid: 5n } }],
      }),
      'log.3': logBytes({
        txns: [
          { zxid: 3n, ...create2('/p/a', '', { parentCVersion: 1 }) },
          { zxid: 4n, ...del('/p/a') },
          { zxid: 5n, ...create2('/p/b', '', { parentCVersion: 2 }) },
        ],
      }),
    };
    expect(differences(files)).toEqual({
      ...Object.fromEntries(TESTED.map((release) => [release, []])),
      '3.4.14': 'log-op',
      '3.5.10': [{ path: '/p', what: 'cversion 1 instead of 2, pzxid 0x4 instead of 0x5' }],
    });
  });

  test('lacks the parts of a multi that the release leaves out', () => {
    const files = {
      'snapshot.2': snapshotBytes({ znodes: [...NEW_TREE, parent(0, 2n)] }),
      'log.3': logBytes({ txns: [{ zxid: 3n, ...multi([create2('/p/a', '')]) }] }),
    };
    const found = differences(files);
    expect([found['3.5.10'], found['3.6.4'], found['3.7.2']]).toEqual([
      found['3.6.4'],
      [
        { path: '/p/a', what: 'is not there' },
        { path: '/p', what: 'lacks a change' },
      ],
      [],
    ]);
  });
});

describe('a note is made', () => {
  test('of a file that cannot be read', () => {
    const dir = dirOf({ 'snapshot.5': TREE });
    symlinkSync(join(dir, 'nowhere'), join(dir, 'version-2', 'snapshot.9'));
    const booted = simulateBoot(openDataDir(dir), { release: '3.9' }, new BootFiles());
    expect(noted(booted, 'not-read').map(({ file }) => nameOf(file))).toEqual(['snapshot.9']);
  });

  test('of a path that no server writes', () => {
    const odd = buildSnapshot({ znodes: [...NEW_TREE, { path: '/a' }, { path: '/a/' }] });
    const booted = boot({ 'snapshot.5': odd.bytes });
    expect(booted.boots).toBe(true);
    expect(noted(booted, 'znode-path')).toMatchObject([{ offset: odd.marks.znodes.at(-1) }]);
  });
});

describe('the tree that a server starts with', () => {
  const treeOf = (files: Parameters<typeof dirOf>[0], release = '3.9', spec: Partial<ServerSpec> = {}) => {
    const data = openDataDir(dirOf(files));
    const read = new BootFiles();
    const booted = simulateBoot(data, { release, ...spec }, read);
    if (!booted.boots) throw new Error(booted.error);
    return treeAfterBoot(data, booted, read);
  };

  test('has what the logs make of the snapshot', () => {
    const txns = [...creates(5), { zxid: 6n, ...del('/n0') }, { zxid: 7n, ...setData('/n1', 'x') }];
    const tree = treeOf({ 'snapshot.0': TREE, 'log.1': logBytes({ txns }) });
    // Four of a new tree, and five but one.
    expect(tree).toMatchObject({ znodes: 4 + 5 - 1, unreachable: 0, examples: [] });
  });

  test('lacks ephemerals whose session is gone, also those that were made again', () => {
    const dead = { path: '/dead', stat: { ephemeralOwner: 0x77n } };
    const snapshot = snapshotBytes({
      sessions: [{ id: 0x55n, timeout: 1000 }],
      znodes: [
        ...NEW_TREE,
        dead,
        { path: '/persistent' },
        { path: '/alive', stat: { ephemeralOwner: 0x55n } },
      ],
    });
    const txns = [
      { zxid: 1n, ...del('/persistent') },
      { zxid: 2n, clientId: 0x99n, ...create('/persistent', '', { ephemeral: true }) },
    ];
    const tree = treeOf({ 'snapshot.0': snapshot, 'log.1': logBytes({ txns }) });
    expect(tree).toMatchObject({
      znodes: 5,
      sessions: 1,
      deleted: { ephemeral: 2, container: 0, ttl: 0, leftover: 0 },
      examples: [
        { path: '/dead', owner: 0x77n, kind: 'ephemeral' },
        { path: '/persistent', owner: 0x99n },
      ],
    });
  });

  test('keeps below deleted containers what nobody reaches', () => {
    const znodes = [
      ...NEW_TREE,
      { path: '/c', stat: { ephemeralOwner: -(2n ** 63n) } },
      { path: '/c/1' },
      { path: '/c/1/2' },
      { path: '/cc' },
    ];
    const files = {
      'snapshot.0': snapshotBytes({ znodes }),
      'log.1': logBytes({ txns: [{ zxid: 1n, ...create('/c/9') }] }),
    };
    expect(treeOf(files, '3.4')).toMatchObject({ znodes: 4 + 4, unreachable: 3, deleted: { container: 1 } });
    expect(treeOf(files, '3.5')).toMatchObject({ znodes: 4 + 5, unreachable: 0, deleted: { container: 0 } });
  });

  test('has TTLs as the settings say', () => {
    const files = {
      'snapshot.0': TREE,
      'log.1': logBytes({ txns: [{ zxid: 1n, ...createTtl('/t', '', 5000n) }] }),
    };
    expect(treeOf(files).deleted.ttl).toBe(1);
    expect(treeOf(files, '3.9', { extendedTypes: true })).toMatchObject({ znodes: 5, deleted: { ttl: 0 } });
  });

  test('lacks what a damaged snapshot that was read before called ephemeral', () => {
    const owned = { path: '/a', stat: { ephemeralOwner: 0x77n } };
    const damaged = buildSnapshot({ znodes: [...NEW_TREE, owned] });
    const tree = treeOf({
      'snapshot.5': snapshotBytes({ znodes: [...NEW_TREE, { path: '/a' }] }),
      'snapshot.9': flip(damaged.bytes, damaged.marks.seals[0]!),
    });
    expect(tree).toMatchObject({
      znodes: 4,
      deleted: { leftover: 1 },
      examples: [{ path: '/a', kind: 'leftover' }],
    });
  });

  test('has /zookeeper/config from 3.5 on where there was no snapshot', () => {
    expect(treeOf({ 'log.1': FIVE.bytes }, '3.4').znodes).toBe(3 + 5);
    expect(treeOf({ 'log.1': FIVE.bytes }, '3.8', { trustEmpty: true }).znodes).toBe(4 + 5);
    expect(treeOf({ 'log.1': FIVE.bytes }, '3.5.6', { trustEmpty: true }).znodes).toBe(4);
  });
});

test('whatever is damaged, there is an outcome for every release', () => {
  const snapshot = snapshotBytes({ znodes: [...NEW_TREE, { path: '/a' }], trailer: 'both' });
  const log = logBytes({
    txns: [...creates(3), { zxid: 4n, ...multi([create('/a/b'), del('/n0')]) }],
    padding: 50,
  });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      (flips) => {
        let [one, two] = [snapshot, log];
        for (const [inLog, place, mask] of flips) {
          if (inLog) two = flip(two, place % two.length, mask);
          else one = flip(one, place % one.length, mask);
        }
        const data = openDataDir(dirOf({ 'snapshot.0': TREE, 'snapshot.2': one, 'log.1': two }));
        const files = new BootFiles();
        for (const release of TESTED) {
          const outcome = simulateBoot(data, { release }, files);
          if (outcome.boots) expect(treeAfterBoot(data, outcome, files).znodes).toBeGreaterThan(0);
          else expect(outcome.offset).not.toBeNull();
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('fixtures boot to where their servers were, with the znodes that a client read', () => {
  // finalZxid and client.ndjson of standalone-3.9.5: 245 znodes at 0x1c4.
  const data = openDataDir(join(PROJECT, 'fixtures', 'standalone-3.9.5'));
  const files = new BootFiles();
  const booted = simulateBoot(data, { release: '3.9', extendedTypes: true }, files);
  expect(booted).toMatchObject({ boots: true, zxid: 0x1c4n, snapshot: { name: 'snapshot.1c4' } });
  if (booted.boots) expect(treeAfterBoot(data, booted, files).znodes).toBe(245);
});

test('a cut log that is whole up to the cut is read so far', () => {
  const log = buildLog({ txns: creates(9) });
  for (const { offset, zxid } of log.records) {
    const files = { 'snapshot.0': TREE, 'log.1': cut(log.bytes, offset + 20) };
    expect(boot(files)).toMatchObject({ boots: true, zxid: zxid - 1n });
  }
});
