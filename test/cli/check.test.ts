// check --for: on trees that are built for it, where each code has its znodes, and on fixtures, whose clients counted.
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TARGET_CODES } from '../../src/analysis/target-codes.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { readLogAgain } from '../support/second-reader.js';
import { buildSnapshot, type ZnodeSpec } from '../support/snapshot-spec.js';
import { zoolog } from './run-cli.js';

interface Finding {
  readonly severity: string;
  readonly code: string;
  readonly count: number;
  readonly paths: readonly string[];
  readonly detail: string | null;
  readonly file: string | null;
  readonly offset: number | null;
}

interface Report {
  readonly target: string;
  readonly znodes: number;
  readonly ephemerals: number;
  readonly sessions: number;
  readonly files: boolean;
  readonly rows: readonly Finding[];
}

const temp = useTempDir();
let made = 0;

async function check(source: string, target: string, ...more: string[]) {
  const { code, stdout } = await zoolog(['check', source, '--for', target, '--format', 'json', ...more]);
  const report = JSON.parse(stdout) as Report;
  return { code, report, found: (name: string) => report.rows.filter((row) => row.code === name) };
}

const CONTAINER = -(2n ** 63n);
const TTL = BigInt.asIntN(64, 0xff00_0000_0000_0064n);
const FEATURE = BigInt.asIntN(64, 0xff00_0100_0000_0064n);
const OF_353 = BigInt.asIntN(64, 0x8000_0000_0000_1000n);
const SESSION = 0x1234n;

const acl = (scheme: string, id: string, perms = 31) => ({ perms, scheme, id });
const ACLS = [
  [acl('world', 'anyone', 1)],
  [acl('ip', '10.0.0.0/8')],
  [acl('sasl', 'kafka@EXAMPLE')],
  [acl('digest', 'ann:x'), acl('world', 'anyone', 1)],
  [acl('x509', 'CN=ann')],
  [acl('own', 'thing')],
];
const ACL = { readOnly: 1n, ip: 2n, sasl: 3n, mixed: 4n, x509: 5n, own: 6n };

/** A snapshot with a new tree and these znodes. */
function snapshotOf(znodes: readonly ZnodeSpec[], name = 'snapshot.100'): string {
  const dir = join(temp.path, `tree-${++made}`);
  mkdirSync(dir);
  const file = join(dir, name);
  const tree = ['', '/zookeeper', '/zookeeper/quota'].map((path) => ({ path }));
  const { bytes } = buildSnapshot({
    sessions: [{ id: SESSION, timeout: 30_000 }],
    acls: ACLS.map((one, i) => ({ key: BigInt(i + 1), acl: one })),
    znodes: [...tree, ...znodes],
  });
  writeFileSync(file, bytes);
  return file;
}

const owned = (path: string, ephemeralOwner: bigint): ZnodeSpec => ({ path, stat: { ephemeralOwner } });

describe('check --for', () => {
  it('finds kinds that a release does not know', async () => {
    const file = snapshotOf([owned('/c', CONTAINER), owned('/t1', TTL), owned('/t2', TTL)]);
    const old = await check(file, '3.4');
    expect(old.code).toBe(1);
    expect(old.found('container-deleted')).toMatchObject([{ count: 1, paths: ['/c'], severity: 'error' }]);
    expect(old.found('ttl-deleted')).toMatchObject([{ count: 2, paths: ['/t1', '/t2'] }]);
    const plain = await check(file, '3.9');
    expect(plain.found('container-deleted')).toEqual([]);
    expect(plain.found('ttl-needs-flag')).toMatchObject([{ count: 2 }]);
    expect((await check(file, '3.9', '--extended-types')).code).toBe(0);
    expect((await check(file, 'clickhouse-keeper')).found('keeper-owner')).toMatchObject([{ count: 3 }]);
  });

  it('finds owners: live ephemerals, feature bits, those of 3.5.3', async () => {
    const file = snapshotOf([owned('/e', SESSION), owned('/f', FEATURE), owned('/o', OF_353)]);
    const plain = await check(file, '3.9');
    expect(plain.found('ephemerals-live')).toMatchObject([{ count: 1, paths: ['/e'] }]);
    expect(plain.found('ttl-353')[0]?.paths).toEqual(['/f', '/o']);
    const extended = await check(file, '3.9', '--extended-types');
    expect(extended.found('owner-refused')).toMatchObject([{ paths: ['/f'], severity: 'error' }]);
    const keeper = await check(file, 'clickhouse-keeper');
    expect(keeper.found('keeper-ephemerals')).toMatchObject([{ paths: ['/e'] }]);
  });

  it('finds data and child lists beyond jute.maxbuffer', async () => {
    const names = Array.from({ length: 20 }, (_, i) => ({
      path: `/many/child-with-a-name-of-28-${i}`.padEnd(34, 'x'),
    }));
    const file = snapshotOf([
      { path: '/large', data: 'x'.repeat(700) },
      { path: '/larger', data: 'x'.repeat(5000) },
      { path: '/many' },
      ...names,
    ]);
    // 20 names of 28 bytes and 4 for the length of each, 4 for their count: 644.
    const found = async (max: string) => await check(file, '3.9', '--maxbuffer', max);
    const small = await found('640');
    expect(small.found('data-beyond-maxbuffer')).toMatchObject([{ paths: ['/large'] }]);
    // Servers read as many bytes again as jute.maxbuffer, at least 1024 more: 640 + 1024.
    expect(small.found('data-too-large')).toMatchObject([{ paths: ['/larger'] }]);
    expect(small.found('children-beyond-maxbuffer')).toMatchObject([{ paths: ['/many'] }]);
    expect((await found('645')).found('children-beyond-maxbuffer')).toEqual([]);
    expect((await found('5001')).report.rows.map(({ code }) => code)).toEqual(['zxid-seen']);
  });

  it('finds sequence counters, application identities and a zxid near its end', async () => {
    const file = snapshotOf(
      [
        { path: '/locks', stat: { cversion: 2 ** 31 - 2 } },
        { path: '/locks/n-2147483647' },
        { path: '/kafka' },
        { path: '/kafka/cluster' },
        { path: '/kafka/cluster/id' },
        { path: '/kafka/controller_epoch' },
        { path: '/kafka/controller_epoch_other' },
      ],
      'snapshot.1fffffff0',
    );
    const { found } = await check(file, '3.9');
    expect(found('sequence-ends')).toMatchObject([{ paths: ['/locks'] }]);
    expect(found('sequence-lost-by-copy')).toMatchObject([{ paths: ['/locks'] }]);
    expect(found('app-identity').map(({ paths }) => paths)).toEqual([
      ['/kafka/cluster/id'],
      ['/kafka/controller_epoch'],
    ]);
    // 0xfffffff0 is the counter.
    expect(found('zxid-near-rollover')[0]!.detail).toContain('4294967280');
    expect(found('zxid-seen')[0]!.detail).toContain('0x1fffffff0');
  });

  it('finds ACLs that depend on the place, or that nobody matches there', async () => {
    const file = snapshotOf([
      { path: '/ip', acl: ACL.ip },
      { path: '/sasl', acl: ACL.sasl },
      { path: '/mixed', acl: ACL.mixed },
      { path: '/x509', acl: ACL.x509 },
      { path: '/own', acl: ACL.own },
      { path: '/read', acl: ACL.readOnly },
      { path: '/lacking', acl: 99n },
    ]);
    const { found } = await check(file, '3.9');
    expect(found('acl-place')).toMatchObject([{ paths: ['/ip'] }]);
    expect(found('acl-realm').map(({ paths }) => paths)).toEqual([['/sasl'], ['/x509']]);
    expect(found('acl-digest')).toMatchObject([{ paths: ['/mixed'], severity: 'note' }]);
    expect(found('acl-scheme-unknown')).toMatchObject([{ paths: ['/own'] }]);
    expect(found('acl-lacking')).toMatchObject([{ paths: ['/lacking'] }]);
    const old = await check(file, '3.4');
    expect(old.found('acl-scheme-unknown').flatMap(({ paths }) => paths)).toEqual(['/own', '/x509']);
    const keeper = await check(file, 'clickhouse-keeper');
    const lost = keeper.found('acl-scheme-unknown').flatMap(({ paths }) => paths);
    expect(lost).toEqual(['/ip', '/own', '/sasl', '/x509']);
    expect(keeper.found('keeper-world').map(({ paths, detail }) => [...paths, detail])).toEqual([
      ['/mixed', 'beside others'],
      ['/read', 'alone'],
    ]);
  });

  it('finds hard quotas, and null data for Keeper', async () => {
    const at = '/zookeeper/quota/a';
    const file = snapshotOf([
      { path: at },
      { path: `${at}/zookeeper_limits`, data: 'count=4,bytes=5=;byteHardLimit=10;countHardLimit=10' },
      { path: `${at}/zookeeper_stats`, data: 'count=1,bytes=0' },
      { path: '/a', data: null },
      { path: '/b' },
    ]);
    expect((await check(file, '3.6')).found('quota-hard')[0]?.paths).toEqual([`${at}/zookeeper_limits`]);
    expect((await check(file, '3.7')).found('quota-hard')).toEqual([]);
    const keeper = await check(file, 'clickhouse-keeper');
    expect(keeper.found('quota-unknown')).toMatchObject([{ count: 1 }]);
    expect(keeper.found('keeper-null-data')[0]?.paths).toEqual(['/a']);
  });

  it('counts what a client of the server counted', async () => {
    const dir = join(FIXTURES, 'standalone-3.9.5');
    const lines = readFileSync(join(dir, 'client.ndjson'), 'utf8').trim().split('\n');
    const read = lines.map(
      (line) => JSON.parse(line) as { ephemeralOwner: string; acl: { scheme: string }[] },
    );
    const withScheme = (scheme: string) =>
      read.filter(({ acl }) => acl.some((one) => one.scheme === scheme)).length;
    const { report, found } = await check(dir, '3.9');
    expect(report.znodes).toBe(read.length);
    expect(report.ephemerals).toBe(read.filter(({ ephemeralOwner }) => ephemeralOwner !== '0x0').length);
    for (const scheme of ['ip', 'sasl', 'x509', 'digest']) {
      const code = scheme === 'ip' ? 'acl-place' : scheme === 'digest' ? 'acl-digest' : 'acl-realm';
      const own = found(code).filter(({ detail }) => detail === null || detail === `scheme ${scheme}`);
      expect(own.map(({ count }) => count)).toEqual([withScheme(scheme)]);
    }
  });

  it('judges the files of a directory as a server of the target would', async () => {
    // Started: 3.4.14 stops on the first createContainer (test/interop/boot.mjs).
    const dir = join(FIXTURES, 'standalone-3.9.5/version-2');
    const log = join(dir, 'log.18f');
    const { offset } = readLogAgain(log).records.find(({ type }) => type === 19)!;
    const { found, report } = await check(dir, '3.4');
    expect(report.files).toBe(true);
    expect(found('target-stops')).toMatchObject([{ file: log, offset }]);
    const at = await check(`${dir}@0x1c0`, '3.4');
    expect(at.report.files).toBe(false);
    expect(at.found('target-stops')).toEqual([]);
    // Compressed snapshots are not seen before 3.6.
    const gz = await check(join(FIXTURES, 'gz-3.9.5'), '3.5');
    expect(gz.found('target-stops')[0]!.detail).toMatch(/^snapshot-none/);
    expect(
      (await check(join(FIXTURES, 'gz-3.9.5'), 'clickhouse-keeper')).found('keeper-compressed'),
    ).toHaveLength(1);
  });

  it('says what a server of the target leaves out or misreads', async () => {
    // 3.6 reads no create2 within a multi (ZOOKEEPER-4026).
    const dir = join(temp.path, `older-${++made}`);
    cpSync(join(FIXTURES, 'standalone-3.9.5/version-2'), dir, { recursive: true });
    rmSync(join(dir, 'snapshot.1c4'));
    const { found } = await check(dir, '3.6', '--extended-types');
    expect(found('target-skips').map(({ detail }) => detail!.split(':')[0])).toContain('multi-part-unread');
  });

  it('says on which ops and ends of a log Keeper stops, and that a snapshot is fuzzy', async () => {
    const dir = join(temp.path, `torn-${++made}`);
    cpSync(join(FIXTURES, 'load-3.9.5/version-2'), dir, { recursive: true });
    const { found } = await check(dir, 'clickhouse-keeper');
    const logs = [...new Set(found('keeper-op').map(({ file }) => file!))];
    for (const file of logs) {
      const { records } = readLogAgain(file);
      for (const { detail, offset } of found('keeper-op').filter((one) => one.file === file)) {
        if (detail!.includes('in a multi')) continue;
        const code = Number(/\((\d+)\)/.exec(detail!)![1]);
        expect(records.find(({ type }) => type === code)?.offset).toBe(offset);
      }
    }
    expect(found('keeper-log')).toEqual([]);
    const newest = join(dir, 'log.999999');
    cpSync(join(FIXTURES, 'standalone-3.4.14/version-2/log.1'), newest);
    const record = readLogAgain(newest).records.at(-1)!;
    truncateSync(newest, record.offset + 20);
    const torn = await check(dir, 'clickhouse-keeper');
    expect(torn.found('keeper-log')).toMatchObject([{ file: newest, offset: record.offset }]);
  });

  it('says what in two configurations matters, the dynamic files included, and no password', async () => {
    const dir = join(temp.path, `config-${++made}`);
    mkdirSync(dir);
    const file = (name: string, ...lines: string[]) => {
      writeFileSync(join(dir, name), lines.join('\n'));
      return join(dir, name);
    };
    const old = file(
      'old.cfg',
      'dataDir=/data',
      'extendedTypesEnabled=true',
      'clientPort=2181',
      'server.1=a:1:2',
    );
    const young = file(
      'new.cfg',
      ...['dataDir=/data', 'dataLogDir=/data', 'clientPort=2181', 'zookeeper.ssl.keyStore.password=hidden'],
      ...['dynamicConfigFile=/on/the/server/new.cfg.dynamic.5', 'fruit=apple', 'digest.enabled=true'],
    );
    file('new.cfg.dynamic.5', 'server.1=b:1:2:participant;2181');
    file('new.cfg.dynamic.6', 'server.1=c:1:2:participant;2181');
    const run = ['check', 'fixtures/empty-3.9.5', '--for', '3.9', '--format', 'json', '--config', old];
    const { code, stdout } = await zoolog([...run, young]);
    expect(code).toBe(1);
    const { config } = JSON.parse(stdout) as {
      config: { severity: string; key: string; old: string; new: string }[];
    };
    expect(config.map(({ severity, key, old: a, new: b }) => [severity, key, a, b])).toEqual([
      ['error', 'extendedTypesEnabled', 'true', null],
      ['warning', 'dynamicConfigFile', null, '/on/the/server/new.cfg.dynamic.5'],
      ['warning', 'server.1', 'a:1:2', 'b:1:2:participant;2181'],
      ['warning', 'ssl.keyStore.password', null, '(set)'],
      ['note', 'fruit', null, 'apple'],
    ]);
    const same = await zoolog([...run, old]);
    expect([same.code, JSON.parse(same.stdout).config]).toEqual([0, []]);
    expect((await zoolog(run)).stderr).toContain('type --config OLD NEW');
    for (const absent of [
      [...run, join(dir, 'nope.cfg')],
      [...run.slice(0, -1), join(dir, 'nope.cfg'), old],
      ['doctor', 'fixtures/empty-3.9.5', '--config', join(dir, 'nope.cfg')],
    ]) {
      const { code: refused, stderr } = await zoolog(absent);
      expect([refused, stderr]).toEqual([2, expect.stringContaining('--config: ')]);
    }
  });

  it('takes extendedTypesEnabled of the new configuration for that of the target, and says so of no right one', async () => {
    const dir = join(temp.path, `config-${++made}`);
    mkdirSync(dir);
    const file = (name: string, ...lines: string[]) => {
      writeFileSync(join(dir, name), lines.join('\n'));
      return join(dir, name);
    };
    const without = file('without.cfg', 'dataDir=/data', 'snapshot.compression.method=gz');
    const having = file('having.cfg', 'dataDir=/data', 'extendedTypesEnabled=True');
    const tree = snapshotOf([{ path: '/ttl', stat: { ephemeralOwner: TTL } }]);
    const asked = async (...config: string[]) => {
      const { code, report, found } = await check(tree, '3.9', '--config', ...config);
      const { config: rows } = report as unknown as { config: { key: string; severity: string }[] };
      return [code, found('ttl-needs-flag').length, rows.map(({ key, severity }) => `${severity} ${key}`)];
    };
    expect(await asked(without, having)).toEqual([
      0,
      0,
      ['note extendedTypesEnabled', 'note snapshot.compression.method'],
    ]);
    expect(await asked(having, without)).toEqual([
      1,
      1,
      ['error extendedTypesEnabled', 'warning snapshot.compression.method'],
    ]);
    // What is typed counts more.
    expect(
      (await check(tree, '3.9', '--config', having, without, '--extended-types')).found('ttl-needs-flag'),
    ).toEqual([]);
    expect((await check(tree, '3.9', '--config', without, having, '--no-extended-types')).code).toBe(1);
  });

  it('refuses what is no target', async () => {
    const { code, stderr } = await zoolog(['check', 'fixtures/empty-3.9.5', '--for', '4.0']);
    expect(code).toBe(2);
    expect(stderr).toContain('from 3.4 to 3.9, or clickhouse-keeper');
  });

  it('has a remedy and a sentence for each code', () => {
    for (const { title, remedy } of Object.values(TARGET_CODES)) {
      expect(title).not.toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });
});
