// doctor on directories that were damaged here. Where a record stands is taken from the second reader.
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flip, putI32 } from '../support/damage.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { readLogAgain } from '../support/second-reader.js';
import { zoolog } from './run-cli.js';

interface Finding {
  readonly severity: string;
  readonly code: string;
  readonly file: string;
  readonly offset: number;
  readonly where: string | null;
  readonly found: string;
  readonly remedy: string;
}

interface Told {
  readonly servers: readonly {
    readonly server: string;
    readonly verdict: string;
    readonly text: string;
    readonly boots: readonly {
      readonly release: string;
      readonly starts: boolean;
      readonly code: string | null;
      readonly zxid: string | null;
      readonly znodes: number | null;
    }[];
  }[];
  readonly ensemble: readonly { readonly server: string; readonly behind: number | null }[] | null;
  readonly rows: readonly Finding[];
}

const temp = useTempDir();
let copies = 0;

/** A copy of a fixture's directory, damaged. */
function damaged(fixture: string, damage: (dir: string) => void): string {
  const dir = join(temp.path, `${++copies}-${fixture}`);
  cpSync(join(FIXTURES, fixture, 'version-2'), dir, { recursive: true });
  damage(dir);
  return dir;
}

function change(file: string, how: (bytes: Buffer) => Buffer): void {
  writeFileSync(file, how(readFileSync(file)));
}

/** Doctor's answer as json, and its exit code. */
async function doctor(...args: string[]): Promise<{ code: number; told: Told; verdicts: readonly string[] }> {
  const { code, stdout } = await zoolog(['doctor', ...args, '--format', 'json']);
  const told = JSON.parse(stdout) as Told;
  return { code, told, verdicts: told.servers.map(({ verdict }) => verdict) };
}

/** The n-th record of a log, by the second reader. */
function record(file: string, n: number) {
  const { records } = readLogAgain(file);
  return records[n]!;
}

const bad = ({ rows }: Told) => rows.filter(({ severity }) => severity !== 'note');

describe('doctor', () => {
  it('finds what kill -9 leaves to be sound', async () => {
    for (const fixture of ['killed-3.5.10', 'killed-3.8.6', 'killed-3.9.5', 'load-3.6.4']) {
      const { code, told, verdicts } = await doctor(join(FIXTURES, fixture));
      expect([fixture, code, verdicts, bad(told)]).toEqual([fixture, 0, ['sound'], []]);
    }
  });

  it('finds a torn tail to be sound', async () => {
    const dir = damaged('load-3.9.5', (path) => {
      const { offset, length } = readLogAgain(join(path, 'log.d0b')).records.at(-1)!;
      truncateSync(join(path, 'log.d0b'), offset + length - 3);
    });
    const { code, told } = await doctor(dir);
    expect(code).toBe(0);
    expect(told.rows).toMatchObject([{ code: 'log-torn', severity: 'note' }]);
    // 0xd84 was the last one.
    expect(told.servers[0]!.boots.find(({ release }) => release === '3.9.5')).toMatchObject({
      starts: true,
      zxid: '0xd83',
    });
  });

  it('names the byte at which servers stop', async () => {
    let offset = 0;
    const dir = damaged('load-3.9.5', (path) => {
      const file = join(path, 'log.d0b');
      ({ offset } = record(file, 20));
      change(file, (bytes) => flip(bytes, offset + 40));
    });
    const { code, told, verdicts } = await doctor(dir, '--server', '3.8', '--server', '3.9.5');
    expect([code, verdicts]).toEqual([1, ['unstartable']]);
    expect(told.rows).toMatchObject([
      { severity: 'error', code: 'log-checksum', file: join(dir, 'log.d0b'), offset },
      {
        severity: 'error',
        code: 'server-stops',
        file: join(dir, 'log.d0b'),
        offset,
        where: expect.stringContaining('3.8.6 and 3.9.5: log-checksum'),
      },
    ]);
    expect(told.servers[0]!.text).toContain(`byte ${offset} with "CRC check failed"`);
  });

  it('does not mind damage before the snapshot that servers begin with, but says it', async () => {
    const dir = damaged('load-3.9.5', (path) =>
      change(join(path, 'log.134'), (bytes) => flip(bytes, record(join(path, 'log.134'), 3).offset + 30)),
    );
    const { code, told, verdicts } = await doctor(dir);
    expect([code, verdicts, bad(told).map((row) => row.code)]).toEqual([1, ['damaged'], ['log-checksum']]);
  });

  it('says that txns behind a lost end mark are silently left out', async () => {
    let last = 0n;
    const dir = damaged('load-3.9.5', (path) => {
      const file = join(path, 'log.d0b');
      const { offset, length, zxid } = record(file, 50);
      last = zxid - 1n;
      change(file, (bytes) => flip(bytes, offset + length - 1));
    });
    const { code, told, verdicts } = await doctor(dir, '--server', '3.9');
    expect([code, verdicts]).toEqual([1, ['lossy']]);
    expect(told.servers[0]!.boots).toMatchObject([{ starts: true, zxid: `0x${last.toString(16)}` }]);
    expect(bad(told)).toMatchObject([
      { code: 'log-end-mark' },
      { code: 'log-gap-skipped' },
      { code: 'server-loses', found: expect.stringContaining('txns up to 0xd84 are here') },
    ]);
  });

  it('tells the releases apart that go on over a missing log and that do not', async () => {
    const dir = damaged('load-3.9.5', (path) => {
      for (const name of ['snapshot.d09', 'snapshot.c3e', 'log.aec']) rmSync(join(path, name));
    });
    const { told, verdicts } = await doctor(dir, '--server', '3.8', '--server', '3.9.3', '--server', '3.9.5');
    expect(verdicts).toEqual(['lossy']);
    expect(told.servers[0]!.boots.map(({ release, starts, code }) => [release, starts, code])).toEqual([
      ['3.8.6', true, null],
      ['3.9.3', true, null],
      ['3.9.5', false, 'log-gap'],
    ]);
    expect(bad(told).map((row) => row.code)).toEqual(
      expect.arrayContaining(['server-stops', 'server-loses', 'log-gap']),
    );
  });

  it('finds a half-written snapshot harmless where an older one and the logs do', async () => {
    const dir = damaged('load-3.9.5', (path) =>
      truncateSync(join(path, 'snapshot.d09'), statSync(join(path, 'snapshot.d09')).size >> 1),
    );
    const { code, told, verdicts } = await doctor(dir);
    expect([code, verdicts]).toEqual([0, ['sound']]);
    expect(told.rows).toMatchObject([{ code: 'snapshot-cut', severity: 'note' }]);
  });

  it('finds bytes that changed in a snapshot worth a look even so', async () => {
    const dir = damaged('load-3.9.5', (path) =>
      change(join(path, 'snapshot.d09'), (bytes) =>
        // Ten bytes into its data, which follows the path and a length.
        flip(bytes, bytes.indexOf('/load/big/0') + '/load/big/0'.length + 4 + 10),
      ),
    );
    const { code, told, verdicts } = await doctor(dir);
    expect([code, verdicts]).toEqual([1, ['damaged']]);
    expect(bad(told).map((row) => row.code)).toContain('snapshot-checksum');
  });

  it('knows that a server wants a snapshot', async () => {
    const dir = damaged('empty-3.9.5', (path) => rmSync(join(path, 'snapshot.0')));
    cpSync(join(FIXTURES, 'load-3.9.5', 'version-2', 'log.1'), join(dir, 'log.1'));
    const { code, told, verdicts } = await doctor(dir);
    expect([code, verdicts]).toEqual([1, ['unstartable']]);
    expect(told.servers[0]!.boots.filter(({ starts }) => starts).map(({ release }) => release)).toEqual([
      '3.4.14',
    ]);
    expect(told.rows).toMatchObject([
      { code: 'server-stops', where: expect.stringContaining('snapshot-none') },
    ]);
  });

  it('knows what jute.maxbuffer does', async () => {
    const { verdicts, told } = await doctor(
      join(FIXTURES, 'load-3.9.5'),
      '--server',
      '3.9',
      '--maxbuffer',
      '1024',
    );
    expect(verdicts).toEqual(['unstartable']);
    expect(told.rows.map((row) => row.code)).toContain('server-stops');
  });

  it('warns of znodes that a start deletes', async () => {
    const standalone = join(FIXTURES, 'standalone-3.9.5');
    const { code, told } = await doctor(standalone, '--server', '3.9');
    // MADE.md and client.ndjson: six TTL znodes.
    expect(code).toBe(1);
    expect(told.rows).toMatchObject([
      { code: 'server-deletes', severity: 'warning', found: '6 TTL znodes deleted' },
    ]);
    expect(await doctor(standalone, '--server', '3.9', '--extended-types')).toMatchObject({
      code: 0,
      verdicts: ['sound'],
    });
  });

  it('counts apart what releases make of a multi that only some read whole', async () => {
    // standalone-3.9.5 has a create2 in a multi behind its first snapshot, which 3.5 and 3.6 leave out.
    const dir = damaged('standalone-3.9.5', (copy) => {
      for (const name of readdirSync(copy)) {
        if (name.startsWith('snapshot.') && name !== 'snapshot.0') rmSync(join(copy, name));
      }
    });
    const { told } = await doctor(dir);
    const znodes = Object.fromEntries(told.servers[0]!.boots.map(({ release, znodes }) => [release, znodes]));
    expect(znodes['3.7.2']).toBe(znodes['3.6.4']! + 1);
    expect(znodes['3.9.5']).toBe(znodes['3.7.2']);
  });

  it('compares every digest', async () => {
    const dir = damaged('load-3.9.5', (path) => {
      // The digest stands in the last 12 bytes of the entry, behind which comes the end mark.
      const file = join(path, 'log.75d');
      const { offset, length } = record(file, 10);
      change(file, (bytes) => {
        const changed = putI32(bytes, offset + length - 5, 7);
        const entry = changed.subarray(offset + 12, offset + length - 1);
        let [a, b] = [1, 0];
        for (const byte of entry) {
          a = (a + byte) % 65521;
          b = (b + a) % 65521;
        }
        changed.writeBigInt64BE(BigInt((b * 65536 + a) >>> 0), offset);
        return changed;
      });
    });
    const { code, told } = await doctor(dir);
    expect(code).toBe(1);
    expect(bad(told)).toMatchObject([
      { code: 'txn-digest', offset: record(join(dir, 'log.75d'), 10).offset },
    ]);
  });

  it('puts the members of an ensemble side by side', async () => {
    const { code, told, verdicts } = await doctor(join(FIXTURES, 'ensemble-3.8.6'), '--extended-types');
    expect([code, verdicts]).toEqual([0, ['sound', 'sound', 'sound', 'sound']]);
    expect(told.ensemble?.map(({ behind }) => behind)).toEqual([null, 0, 0, 0]);
    expect(told.rows.map((row) => row.code).sort()).toEqual(['log-gap', 'member-behind']);
  });

  it('judges nothing it has not read', async () => {
    const { code, verdicts } = await doctor(join(FIXTURES, 'load-3.9.5'), '--quick');
    expect([code, verdicts]).toEqual([0, ['unknown']]);
  });

  it('says what to do, in words', async () => {
    const { code, stdout, stderr } = await zoolog(['doctor', 'fixtures/poison-3.7.2']);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('cannot be started as it is');
    expect(stdout).toMatch(/^server-stops: /m);
    expect(stdout.split('\n').every((line) => !line.includes('undefined'))).toBe(true);
  });

  it('refuses what is no directory', async () => {
    expect(await zoolog(['doctor', 'fixtures/standalone-3.9.5/version-2/log.1'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('name the directory it lies in'),
    });
    expect(await zoolog(['doctor', 'fixtures/standalone-3.9.5', '--server', '2.0'])).toMatchObject({
      code: 2,
    });
  });
});
