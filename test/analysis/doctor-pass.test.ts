// What one reading of the files tells, against those that read them for each question again.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestRuns, fullDigestRuns } from '../../src/analysis/digest-runs.js';
import { DoctorPass } from '../../src/analysis/doctor-pass.js';
import { inspectFile } from '../../src/analysis/inspect.js';
import { simulateBoot } from '../../src/datadir/boot.js';
import { treeAfterBoot } from '../../src/datadir/boot-tree.js';
import { type DataDir, openDataDir } from '../../src/datadir/data-dir.js';
import { readLogFacts } from '../../src/datadir/log-facts.js';
import { TESTED } from '../../src/datadir/release.js';
import { readSnapshotFacts } from '../../src/datadir/snapshot-facts.js';
import { SourceLog } from '../../src/source/source-log.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { buildLog, create, type TxnSpec } from '../support/log-spec.js';
import { buildSnapshot, NEW_TREE } from '../support/snapshot-spec.js';

const temp = useTempDir();

function passOver(dir: DataDir): DoctorPass {
  const pass = new DoctorPass('s', dir, { maxBuffer: 0xfffff, txn: 2 * 0xfffff });
  for (const file of [...dir.snapshots, ...dir.logs]) {
    inspectFile(
      { server: 's', shown: file.path, file },
      {
        onProblem: () => {},
        snapshotVisitor: pass.snapshotVisitor(file),
        logVisitor: pass.logVisitor(file),
      },
    );
  }
  return pass;
}

const quiet = () => new SourceLog({ onProblem: () => {}, onNote: () => {} });

describe('one reading of a directory', () => {
  let replays = 0;
  let counts = 0;
  for (const { name, dir, servers } of fixtures()) {
    for (const server of servers) {
      it(`tells of ${name} ${server.dir} what many do`, () => {
        const data = openDataDir(join(dir, server.dir));
        const pass = passOver(data);
        const runs = pass.digestRuns();
        if (runs !== null) {
          replays++;
          expect(runs).toEqual([...fullDigestRuns(data, 's', quiet())]);
        }
        expect([...digestRuns(data, 's', quiet())]).toEqual([...fullDigestRuns(data, 's', quiet())]);
        for (const file of data.snapshots) {
          expect(pass.bootFiles.snapshot(file)).toEqual(readSnapshotFacts(file.path, file.zxid));
        }
        for (const file of data.logs) expect(pass.bootFiles.log(file)).toEqual(readLogFacts(file.path));
        for (const release of TESTED) {
          for (const extendedTypes of [true, false]) {
            const boot = simulateBoot(data, { release, extendedTypes }, pass.bootFiles);
            const counted = boot.boots ? pass.countsAfter(boot) : null;
            if (!boot.boots || counted === null) continue;
            counts++;
            const { znodes, deleted, unreachable, differs } = treeAfterBoot(data, boot, pass.bootFiles);
            expect([release, counted]).toEqual([release, { znodes, deleted, unreachable, differs: null }]);
            expect(differs?.examples ?? []).toEqual([]);
          }
        }
      });
    }
  }

  it('suffices for most of them', () => {
    expect(replays).toBeGreaterThan(25);
    expect(counts).toBeGreaterThan(80);
  });
});

describe('a replay by hashes', () => {
  const first = (zxid: bigint, path: string, digest?: bigint): TxnSpec => {
    const txn = { zxid, ...create(path, 'x', { parentCVersion: Number(zxid) }) };
    return digest === undefined ? txn : { ...txn, digest };
  };
  let dirs = 0;

  function runsOf(...txns: TxnSpec[]) {
    const dir = `replay-${++dirs}`;
    mkdirSync(join(temp.path, dir));
    temp.write(join(dir, 'snapshot.0'), buildSnapshot({ znodes: NEW_TREE }).bytes);
    temp.write(join(dir, 'log.1'), buildLog({ txns }).bytes);
    return passOver(openDataDir(join(temp.path, dir))).digestRuns();
  }

  it('has no result where a digest differs', () => {
    expect(runsOf(first(1n, '/a', 1n))).toBeNull();
  });

  it('has none behind a hole', () => {
    expect(runsOf(first(1n, '/a'), first(3n, '/b'))).toBeNull();
  });

  it('ends at the last txn where there is no digest', () => {
    expect(runsOf(first(1n, '/a'), first(2n, '/b'))).toMatchObject([{ zxid: 2n, compared: 0 }]);
  });
});
