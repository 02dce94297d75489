import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar';
import { describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../src/errors.js';
import { openTree, openTxns, resolve } from '../../src/source/open.js';
import { isTar, unpackTar } from '../../src/source/tar.js';
import { zoolog } from '../cli/run-cli.js';
import { FIXTURES, PROJECT, useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { heard, thrownBy } from './heard.js';

const temp = useTempDir();
let archives = 0;

function pack(
  cwd: string,
  names: string[],
  options: { gzip?: boolean; preservePaths?: boolean } = {},
): string {
  const file = join(temp.path, `archive${++archives}.tar`);
  tar.create({ file, cwd, sync: true, portable: true, ...options }, names);
  return file;
}

/** Packs entries of any names, as a hostile archive has them. */
function packRaw(entries: readonly { path: string; bytes?: Buffer; type?: '0' | '2' | '1' | 'S' }[]): Buffer {
  const blocks = entries.flatMap(({ path, bytes = Buffer.alloc(0), type = '0' }) => {
    const head = Buffer.alloc(512);
    const link = type === '1' || type === '2' ? { linkpath: '/etc/passwd' } : {};
    new tar.Header({ path, size: bytes.length, mode: 0, mtime: new Date(5000), ...link }).encode(head);
    head.write(type, 156, 'latin1');
    head.write(' '.repeat(8), 148, 'latin1');
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function unpackedNames(file: string): string[] {
  const unpacked = unpackTar(file, heard());
  try {
    return readdirSync(unpacked.folder, { recursive: true, encoding: 'utf8' }).sort();
  } finally {
    unpacked.remove();
  }
}

// A temporary folder of their own, since other tests use the system's at the same time.
const own = join(temp.path, 'tmp');
mkdirSync(own);
process.env.TMPDIR = own;
const leftFolders = () => readdirSync(own);

describe('an archive', () => {
  it.each([false, true])('of a server is read like its folder (gzip: %s)', (gzip) => {
    const folder = join(FIXTURES, 'standalone-3.9.5');
    const file = pack(FIXTURES, ['standalone-3.9.5'], { gzip });
    const [packed, plain] = [openTree(file, heard()), openTree(folder, heard())];
    const rows = (source: typeof packed) => Array.from(source.znodes(), ({ evidence: _, ...znode }) => znode);
    expect(rows(packed)).toEqual(rows(plain));
    expect(packed).toMatchObject({ zxid: plain.zxid, laterTxns: plain.laterTxns });
    packed.close();
    const txns = openTxns(file, heard());
    const evidence = Array.from(txns.txns(), ({ evidence }) => evidence);
    expect(evidence[0]!.file).toBe(`${file}:standalone-3.9.5/version-2/log.1`);
    txns.close();
  });

  it('of several servers asks which, and leaves nothing behind', () => {
    const file = pack(FIXTURES, ['ensemble-3.8.6'], { gzip: true });
    const error = thrownBy(() => openTree(file, heard()));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toContain(`${file}#/zk1`);
    const source = openTree(`${file}#/zk1`, heard());
    expect([...source.znodes()].length).toBeGreaterThan(100);
    source.close();
    expect(leftFolders()).toEqual([]);
  });

  it('of several servers is all of them to inspect, like the folder', async () => {
    const file = pack(FIXTURES, ['ensemble-3.8.6'], { gzip: true });
    const inspect = async (source: string, ...args: string[]) => {
      const { code, stdout } = await zoolog(['inspect', source, '--format', 'json', '-q', ...args]);
      return {
        code,
        ...JSON.parse(
          stdout.replaceAll(`${source}#/`, '').replaceAll(/"file": ".*ensemble-3.8.6\//g, '"file": "'),
        ),
      };
    };
    const [packed, plain] = [await inspect(file), await inspect(join(FIXTURES, 'ensemble-3.8.6'))];
    const names = ({ servers }: typeof packed) => servers.map(({ server }: { server: string }) => server);
    expect(names(packed)).toEqual(['dead-leader', 'zk1', 'zk2', 'zk3']);
    expect(packed.rows).toEqual(plain.rows);
    expect(packed.problems).toEqual(plain.problems);
    const one = await inspect(`${file}#/zk1`);
    expect(names(one)).toEqual([`${file}#/zk1`]);
    expect(one.rows.map(({ size }: { size: number }) => size)).toEqual(
      plain.rows
        .filter(({ server }: { server: string }) => server === 'zk1')
        .map(({ size }: { size: number }) => size),
    );
    const digests = await inspect(file, '--digests');
    expect(names({ servers: digests.rows })).toContain('zk3');
    expect(leftFolders()).toEqual([]);
  });

  it('is unpacked into a folder that only this user may enter, with times kept', () => {
    mkdirSync(join(temp.path, 'timed/version-2'), { recursive: true });
    const snapshot = join(temp.path, 'timed/version-2/snapshot.0');
    writeFileSync(snapshot, snapshotBytes());
    utimesSync(snapshot, 1_700_000_000, 1_700_000_000);
    const unpacked = unpackTar(pack(temp.path, ['timed']), heard());
    expect(statSync(unpacked.folder).mode & 0o777).toBe(0o700);
    const stat = statSync(join(unpacked.folder, 'timed/version-2/snapshot.0'));
    expect(stat.mode & 0o777).toBe(0o600);
    expect(stat.mtimeMs).toBe(1_700_000_000_000);
    unpacked.remove();
    expect(existsSync(unpacked.folder)).toBe(false);
    unpacked.remove();
  });

  it('gives only what zoolog reads', () => {
    const bytes = snapshotBytes();
    const names = ['version-2/snapshot.1', 'version-2/log.2', 'myid', 'zoo.cfg', 'version-2/currentEpoch'];
    const others = ['version-2/acceptedEpoch.tmp', 'zookeeper.out', 'bin/java', 'version-2/snapshot.zz'];
    const file = temp.write('mixed.tar', packRaw([...names, ...others].map((path) => ({ path, bytes }))));
    expect(unpackedNames(file)).toEqual([...names, 'version-2', 'version-2/acceptedEpoch.tmp'].sort());
  });

  it('with links, absolute names or .. gives none of them', () => {
    const bytes = snapshotBytes();
    const said = heard();
    const file = temp.write(
      'hostile.tar',
      packRaw([
        { path: '/tmp/zoolog-escaped/snapshot.1', bytes },
        { path: '../../snapshot.2', bytes },
        { path: 'a/../../../snapshot.3', bytes },
        { path: 'snapshot.4', type: '2' },
        { path: 'log.5', type: '1' },
        { path: 'version-2', type: '2' },
        { path: 'ok/snapshot.6', bytes },
      ]),
    );
    const unpacked = unpackTar(file, said);
    expect(readdirSync(unpacked.folder, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      'ok',
      'ok/snapshot.6',
    ]);
    unpacked.remove();
    expect(said.notes.join()).toContain('5 links');
    expect(existsSync('/tmp/zoolog-escaped')).toBe(false);
  });

  it('without ZooKeeper data says so', () => {
    const file = temp.write('none.tar', packRaw([{ path: 'readme.txt', bytes: Buffer.from('hello') }]));
    expect(thrownBy(() => openTree(file, heard())).message).toContain('no ZooKeeper data');
  });
});

describe('an archive that cannot be unpacked', () => {
  const whole = packRaw([
    { path: 'version-2/snapshot.0', bytes: snapshotBytes() },
    { path: 'version-2/log.1', bytes: logBytes({ txns: creates(100) }) },
  ]);

  function errorOf(name: string, bytes: Buffer): Error {
    const error = thrownBy(() => openTree(temp.write(name, bytes), heard()));
    expect(leftFolders()).toEqual([]);
    expect(error.message).not.toContain('\n');
    return error;
  }

  it('is cut within a file', () => {
    expect(errorOf('cut.tar', whole.subarray(0, 2000))).toBeInstanceOf(InputError);
  });

  it('is cut and compressed', () => {
    const packed = gzipSync(whole);
    expect(errorOf('cut.tgz', packed.subarray(0, packed.length - 20))).toBeInstanceOf(InputError);
  });

  it('has a damaged header', () => {
    const damaged = Buffer.from(whole);
    damaged[whole.indexOf('version-2/log.1')]! ^= 1;
    expect(errorOf('damaged.tar', damaged)).toBeInstanceOf(InputError);
  });

  it('is damaged and compressed', () => {
    const packed = gzipSync(whole);
    packed[packed.length >> 1]! ^= 0xff;
    expect(errorOf('damaged.tgz', packed)).toBeInstanceOf(InputError);
  });

  it('holds sparse files', () => {
    const sparse = packRaw([{ path: 'version-2/log.1', type: 'S', bytes: Buffer.alloc(512) }]);
    expect(errorOf('sparse.tar', sparse).message).toContain('sparse');
    const pax = packRaw([{ path: 'version-2/GNUSparseFile.12/log.1', bytes: Buffer.alloc(512) }]);
    expect(errorOf('sparse-pax.tar', pax).message).toContain('sparse');
  });

  it('is larger than the limits', () => {
    const file = temp.write('large.tar', whole);
    const options = heard();
    expect(() => unpackTar(file, options, { bytes: 1000, entries: 10 })).toThrow(/1000 bytes/);
    expect(() => unpackTar(file, options, { bytes: 10 ** 9, entries: 1 })).toThrow(/more than 1 files/);
  });

  it('claims more than the disk has', () => {
    const file = temp.write('claims.tar', whole);
    const head = Buffer.from(whole.subarray(0, 512));
    new tar.Header({ path: 'log.1', size: 2 ** 42, mode: 0, mtime: new Date(0) }).encode(head);
    writeFileSync(file, Buffer.concat([head, whole]));
    const limits = { bytes: 2 ** 50, entries: 10 };
    expect(() => unpackTar(file, heard(), limits)).toThrow(/does not fit/);
  });
});

describe('a file', () => {
  it('that is one snapshot and compressed is no archive', () => {
    const file = temp.write('snapshot.3.gz', gzipSync(snapshotBytes()));
    expect(isTar(file)).toBe(false);
    expect(resolve(file, heard()).kind).toBe('snapshot');
    expect(isTar(temp.write('zeros', Buffer.alloc(2048)))).toBe(false);
    expect(isTar(temp.write('short', Buffer.alloc(5)))).toBe(false);
  });
});

describe('what was unpacked is removed', () => {
  const script = join(temp.path, 'hold.mts');
  const source = JSON.stringify(join(PROJECT, 'src/source/tar.ts'));
  writeFileSync(
    script,
    `const { unpackTar } = await import(${source});
     const { folder } = unpackTar(process.argv[2], { onNote() {}, onProblem() {} });
     process.stdout.write(folder);
     if (process.argv[3] === 'busy') for (;;) {}
     if (process.argv[3] === 'throw') throw new Error('a bug');`,
  );

  async function folderAfter(how: 'exit' | 'throw' | NodeJS.Signals): Promise<boolean> {
    const file = pack(FIXTURES, ['empty-3.9.5']);
    const mode = how.startsWith('SIG') ? 'busy' : how;
    const child = spawn(process.execPath, ['--import', 'tsx', script, file, mode], { cwd: PROJECT });
    const folder = await new Promise<string>((done) =>
      child.stdout.once('data', (text) => done(String(text))),
    );
    const ended = new Promise((done) => child.once('exit', done));
    if (mode === 'busy') {
      expect(existsSync(folder)).toBe(true);
      child.kill(how as NodeJS.Signals);
    }
    await ended;
    for (let i = 0; i < 50 && existsSync(folder); i++) await delay(20);
    return existsSync(folder);
  }

  it.each(['exit', 'throw', 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('after %s', async (how) => {
    expect(await folderAfter(how)).toBe(false);
  });
});

describe('a preallocated log', () => {
  it('compresses a thousandfold and is unpacked all the same', () => {
    mkdirSync(join(temp.path, 'prealloc/version-2'), { recursive: true });
    const log = join(temp.path, 'prealloc/version-2/log.1');
    writeFileSync(log, logBytes({ txns: creates(3) }));
    truncateSync(log, 64 * 1024 * 1024);
    symlinkSync(log, join(temp.path, 'prealloc/version-2/log.2'));
    const source = openTxns(pack(temp.path, ['prealloc'], { gzip: true }), heard());
    expect([...source.txns()]).toHaveLength(3);
    source.close();
  });
});
