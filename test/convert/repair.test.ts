// Directories on which real servers refused to start (test/datadir/boot-outcomes.ndjson): what repair makes of each boots,
// as simulateBoot foretells, at the zxid that the manifest promises. test/interop/repair.mjs asks real servers.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulateBoot } from '../../src/datadir/boot.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { zoolog } from '../cli/run-cli.js';
import { HOPELESS, repairCases, repairOptions } from '../interop/repair-cases.js';
import { useTempDir } from '../support/fixtures.js';
import { create, creates, logBytes } from '../support/log-spec.js';
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
    expect(manifest).toMatchObject({ zxid: '0x4', lost: { txns: 4, to: '0x9', unreadable: false } });
    expect(stdout).toContain('lost       all txns after 0x4 up to 0x9, of which 4 can be read');
    const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.4'));
    expect(znodes.length).toBe(NEW_TREE.length + 4);
  });

  test('and with --inexact what can be read behind it is taken', async () => {
    const { code, manifest, out } = await repaired(`${dir}@0x9`, '3.9', '--inexact');
    expect(code).toBe(0);
    expect(manifest.notes.join()).toContain('unproven');
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
