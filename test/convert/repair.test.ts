// Directories on which real servers refused to start (test/datadir/boot-outcomes.ndjson): what repair makes of each boots,
// as simulateBoot foretells, at the zxid that the manifest promises. test/interop/repair.mjs asks real servers.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulateBoot } from '../../src/datadir/boot.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { zoolog } from '../cli/run-cli.js';
import { HOPELESS, repairCases, repairOptions } from '../interop/repair-cases.js';
import { useTempDir } from '../support/fixtures.js';
import { buildLog, create, creates, logBytes } from '../support/log-spec.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
let made = 0;

/** Servers start on these with another jute.maxbuffer only, which the manifest says. */
const LARGE = new Set(['a txn longer than some read', 'a txn longer than all read']);

async function repaired(source: string, release: string, ...options: string[]) {
  const out = join(temp.path, `out-${made++}`);
  const ran = await zoolog(['repair', source, '-o', out, '--for', release, ...options]);
  const manifest = ran.code <= 1 ? JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) : null;
  return { out, manifest, ...ran };
}

describe('a directory that a server refused', () => {
  for (const one of repairCases()) {
    const { name, layout, spec } = one;
    const release = one.refusedBy.at(-1)!;
    test(`${name}, ${release}`, { timeout: 60_000 }, async () => {
      const dir = join(temp.path, `case-${made++}`);
      mkdirSync(dir);
      one.make(dir);
      const source = layout === undefined ? dir : join(dir, layout.dataDir);
      const { code, stderr, out, manifest } = await repaired(source, release, ...repairOptions(one, dir));
      if (HOPELESS.has(name)) {
        expect([code, /no snapshot here|none of its snapshots is sound/.test(stderr)]).toEqual([3, true]);
        return;
      }
      if (LARGE.has(name)) {
        expect(manifest.requires.join()).toContain('-Djute.maxbuffer of');
        return;
      }
      const boot = simulateBoot(openDataDir(out), { release, ...spec });
      expect(boot).toMatchObject({ boots: true, zxid: BigInt(manifest.zxid) });
      expect(code).toBe(manifest.lost === null ? 0 : 1);
    });
  }
});

describe('what is lost is said', () => {
  const dir = join(temp.path, 'hole');
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  const txns = creates(9, 1n).filter((_, i) => i !== 4);
  temp.write('hole/version-2/snapshot.0', snapshotBytes({ znodes: NEW_TREE }));
  temp.write('hole/version-2/log.1', logBytes({ txns }));

  test('behind a missing txn', async () => {
    const { code, manifest, stdout, out } = await repaired(dir, '3.9');
    expect(code).toBe(1);
    expect(manifest).toMatchObject({
      zxid: '0x4',
      lost: { txns: 4, from: '0x6', to: '0x9', unreadable: false, dropped: 0 },
    });
    expect(stdout).toContain('lost       all txns after 0x4 up to 0x9, of which 4 can be read');
    const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.4'));
    expect(znodes.length).toBe(NEW_TREE.length + 4);
  });

  test('and with --fill what can be read behind it is taken', async () => {
    const { code, manifest, out, stdout } = await repaired(dir, '3.9', '--fill');
    expect(code).toBe(1);
    expect(manifest).toMatchObject({
      zxid: '0x9',
      lost: { txns: 0, from: null, to: null, unreadable: false, missing: 1 },
    });
    expect(manifest.notes[0]).toBe('0x5: 1 txn missing, passed over');
    expect(stdout).toContain('lost       1 txns up to 0x9');
    const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.9'));
    expect(znodes.length).toBe(NEW_TREE.length + 8);
  });

  test('a zxid to stop at', async () => {
    const { code, manifest } = await repaired(`${dir}@0x2`, '3.9');
    expect([code, manifest.zxid, manifest.lost.txns]).toEqual([1, '0x2', 6]);
  });

  test('a torn end is no loss', async () => {
    const torn = join(temp.path, 'torn');
    mkdirSync(join(torn, 'version-2'), { recursive: true });
    temp.write('torn/version-2/snapshot.0', snapshotBytes({ znodes: NEW_TREE }));
    const bytes = logBytes({ txns: [...creates(3, 1n), { zxid: 4n, ...create('/last') }] });
    temp.write('torn/version-2/log.1', bytes.subarray(0, bytes.length - 5));
    const { code, manifest } = await repaired(torn, '3.9');
    expect([code, manifest.zxid, manifest.lost]).toEqual([0, '0x3', null]);
  });
});

describe('a txn whose checksum alone is wrong', () => {
  const dir = join(temp.path, 'unsealed');
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  temp.write('unsealed/version-2/snapshot.0', snapshotBytes({ znodes: NEW_TREE }));
  const txns = creates(9, 1n).map((txn, i) => (i === 4 ? { ...txn, checksum: 5n } : txn));
  const { bytes, records } = buildLog({ txns });
  temp.write('unsealed/version-2/log.1', bytes);

  test('is taken with --reseal, after it was named', async () => {
    const before = await repaired(dir, '3.9');
    expect([before.code, before.manifest.zxid]).toEqual([1, '0x4']);
    const { code, manifest, out } = await repaired(dir, '3.9', '--reseal');
    expect([code, manifest.zxid, manifest.lost]).toEqual([0, '0x9', null]);
    const place = `log.1: byte ${records[4]!.offset}: 0x5, create, taken though its checksum is wrong`;
    expect(manifest.notes[0]).toBe(place);
    const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.9'));
    expect(znodes.length).toBe(NEW_TREE.length + 9);
  });

  test('is not where it does not follow the one before', async () => {
    const other = join(temp.path, 'strange');
    mkdirSync(join(other, 'version-2'), { recursive: true });
    temp.write('strange/version-2/snapshot.0', snapshotBytes({ znodes: NEW_TREE }));
    const strange = creates(3, 1n).map((txn, i) => (i === 1 ? { ...txn, zxid: 0x77n, checksum: 5n } : txn));
    temp.write('strange/version-2/log.1', buildLog({ txns: strange }).bytes);
    const { manifest, stdout } = await repaired(other, '3.9', '--reseal');
    expect([manifest.zxid, manifest.lost.txns]).toEqual(['0x1', 1]);
    expect(stdout).toMatch(/^ +--fill passes over what is missing$/m);
    expect((await repaired(other, '3.9')).stdout).toMatch(
      /^ +--reseal takes those with .*, --fill passes over/m,
    );
    const filled = await repaired(other, '3.9', '--reseal', '--fill');
    expect([filled.manifest.zxid, filled.manifest.lost.missing]).toEqual(['0x3', 1]);
  });

  test('of a real server leads to the tree that its digest tells', async () => {
    const real = join(temp.path, 'real');
    cpSync('fixtures/load-3.9.5', real, { recursive: true });
    const folder = join(real, 'version-2');
    const log = readdirSync(folder)
      .filter((name) => name.startsWith('log.'))
      .at(-1)!;
    const damaged = readFileSync(join(folder, log));
    damaged[20]! ^= 0xff;
    writeFileSync(join(folder, log), damaged);
    const { code, manifest } = await repaired(real, '3.9', '--reseal');
    const sound = await repaired('fixtures/load-3.9.5', '3.9');
    expect([code, manifest.zxid]).toEqual([0, sound.manifest.zxid]);
    expect(manifest.treeDigest).toBe(sound.manifest.treeDigest);
    expect(manifest.sources[0].exactness).toBe('exact');
  });
});

describe('what the members did not agree on', () => {
  const E1 = 1n << 32n;
  const E2 = 2n << 32n;
  /** A member whose first three txns are those of all; those that follow have znodes of its own. */
  function member(name: string, own: string, zxids: readonly bigint[]): string {
    const dir = join(temp.path, name);
    mkdirSync(join(dir, 'version-2'), { recursive: true });
    temp.write(`${name}/version-2/snapshot.0`, snapshotBytes({ znodes: NEW_TREE }));
    const more = zxids.map((zxid, i) => ({ zxid, ...create(`/${own}${i}`) }));
    temp.write(`${name}/version-2/log.100000001`, logBytes({ txns: [...creates(3, E1 + 1n), ...more] }));
    return dir;
  }
  const a = member('a', 'agreed', [E2 + 1n, E2 + 2n]);
  const b = member('b', 'agreed', [E2 + 1n, E2 + 2n]);
  const leader = member('leader', 'lost', [E1 + 4n]);
  const forked = member('forked', 'other', [E2 + 1n]);
  const pathsIn = (out: string, name: string) =>
    readSnapshotAgain(join(out, 'version-2', name)).znodes.map(({ path }) => path);

  test('is dropped: the end of a leader that died, on which nobody built', async () => {
    const { code, manifest, out, stdout } = await repaired(leader, '3.9', '--against', a, '--against', b);
    expect([code, manifest.zxid]).toEqual([1, '0x200000002']);
    expect(manifest.lost).toEqual({
      ...{ txns: 0, from: null, to: null, unreadable: false },
      ...{ missing: 0, dropped: 1 },
    });
    expect(stdout).toContain('dropped    1 txn that only a minority of the servers has');
    const paths = pathsIn(out, 'snapshot.200000002');
    expect([paths.includes('/agreed1'), paths.includes('/lost0')]).toEqual([true, false]);
    expect(stdout).not.toContain('index.db');
  });

  test('is dropped: all from a fork on that nothing decides', async () => {
    const { code, manifest, out } = await repaired(forked, '3.9', '--against', a);
    expect([code, manifest.zxid]).toEqual([1, '0x100000003']);
    expect(manifest.lost).toMatchObject({ from: '0x200000001', to: '0x200000002' });
    expect(pathsIn(out, 'snapshot.100000003').length).toBe(NEW_TREE.length + 3);
  });

  test('and an index of them says the same', async () => {
    const index = join(temp.path, 'members.db');
    await zoolog(['index', '-o', index, `all=${a},${b},${leader}`]);
    const { manifest } = await repaired(`${index}#all`, '3.9');
    expect([manifest.zxid, manifest.lost.dropped]).toEqual(['0x200000002', 1]);
  });

  test('where the directories have one name, as backups have them', async () => {
    const host = (n: number, own: string, zxids: readonly bigint[]) => {
      mkdirSync(join(temp.path, `host${n}`), { recursive: true });
      return member(`host${n}/zookeeper`, own, zxids);
    };
    const [one, two, three] = [
      host(1, 'lost', [E1 + 4n]),
      host(2, 'agreed', [E2 + 1n, E2 + 2n]),
      host(3, 'agreed', [E2 + 1n, E2 + 2n]),
    ];
    const { manifest, stderr } = await repaired(one!, '3.9', '--against', two!, '--against', three!);
    expect([manifest?.zxid, manifest?.lost.dropped, stderr]).toEqual(['0x200000002', 1, expect.anything()]);
  });

  test.each([leader, join(leader, 'version-2')])(
    'the directory itself is no other member: %s',
    async (same) => {
      const { code, stderr } = await repaired(leader, '3.9', '--against', a, '--against', same);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is there twice')]);
    },
  );

  test('nor is it by a folder that holds it, or by a link', async () => {
    const folder = join(temp.path, 'all-hosts');
    for (const name of ['hostA', 'hostB']) {
      mkdirSync(join(folder, name), { recursive: true });
      cpSync(name === 'hostA' ? leader : a, join(folder, name, 'zookeeper'), { recursive: true });
    }
    const own = join(folder, 'hostA', 'zookeeper');
    const link = join(temp.path, 'linked');
    symlinkSync(own, link);
    for (const other of [folder, link]) {
      const { code, stderr } = await repaired(own, '3.9', '--against', other);
      expect([code, stderr]).toEqual([2, expect.stringContaining('is there twice')]);
    }
  });

  test('a server of another ensemble is no member', async () => {
    const dir = 'fixtures/ensemble-3.8.6';
    const mixed = [`${dir}/dead-leader`, '--against', `${dir}/zk1`, '--against', 'fixtures/standalone-3.8.6'];
    const { code, stderr } = await repaired(mixed[0]!, '3.8', ...mixed.slice(1));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /standalone-3\.8\.6 and (dead-leader and zk1|zk1 and dead-leader) have no txn in common/,
      ),
    ]);
  });

  test('nothing is mended on the way', async () => {
    const { code, stderr } = await repaired(leader, '3.9', '--against', a, '--fill');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--fill does not go with --against')]);
  });
});

test('two logs that begin with one zxid are both mended', async () => {
  const dir = join(temp.path, 'twice');
  mkdirSync(join(dir, 'version-2'), { recursive: true });
  temp.write('twice/version-2/snapshot.0', snapshotBytes({ znodes: NEW_TREE }));
  const txns = creates(6, 1n);
  temp.write('twice/version-2/log.1', logBytes({ txns: txns.slice(0, 2) }));
  temp.write('twice/version-2/log.1.old', logBytes({ txns: txns.slice(0, 4) }));
  temp.write('twice/version-2/log.6', logBytes({ txns: txns.slice(5) }));
  const { manifest } = await repaired(dir, '3.9', '--fill');
  expect([manifest.zxid, manifest.lost.missing]).toEqual(['0x6', 1]);
  expect(manifest.znodes).toBe(NEW_TREE.length + 5);
});

test('sessions, ephemerals and the config stay, in a directory without logs and epoch files', async () => {
  const { manifest, out } = await repaired('fixtures/standalone-3.9.5', '3.9');
  expect(manifest.changes).toEqual([]);
  expect(manifest.sessions).toBeGreaterThan(0);
  const kept = readSnapshotAgain(join(out, 'version-2', 'snapshot.1c4'));
  const before = readSnapshotAgain('fixtures/standalone-3.9.5/version-2/snapshot.1c4');
  expect(kept.digest!.digest).toBe(before.digest!.digest);
  const byId = (a: { id: bigint }, b: { id: bigint }) => (a.id < b.id ? -1 : 1);
  expect(kept.sessions.toSorted(byId)).toEqual(before.sessions.toSorted(byId));
});
