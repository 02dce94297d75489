import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDataDir, openDataDir } from '../../src/datadir/data-dir.js';
import { InputError } from '../../src/errors.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { logBytes } from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
let folders = 0;

function folder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const name = `dir${++folders}`;
  mkdirSync(join(temp.path, name), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(join(temp.path, name, file, '..'), { recursive: true });
    temp.write(join(name, file), bytes);
  }
  return join(temp.path, name);
}

const [snapshot, log] = [snapshotBytes(), logBytes()];
const codes = (path: string) => openDataDir(path).problems.map(({ code }) => code);

describe("a server's directory", () => {
  it('is named as its dataDir, its version-2, or its zoo.cfg', () => {
    const path = folder({
      'version-2/snapshot.0': snapshot,
      'version-2/log.1': log,
      'version-2/currentEpoch': '5',
      'version-2/acceptedEpoch.tmp': '6\n',
      myid: '3\n',
      'zoo.cfg': 'dataDir=.\ntickTime=1',
    });
    for (const name of [path, join(path, 'version-2'), join(path, 'zoo.cfg')]) {
      expect(isDataDir(name)).toBe(true);
      expect(openDataDir(name)).toMatchObject({
        path: name,
        snapDir: join(path, 'version-2'),
        logDir: join(path, 'version-2'),
        snapshots: [
          { name: 'snapshot.0', zxid: 0n, size: snapshot.length, codec: 'raw', content: 'snapshot' },
        ],
        logs: [{ name: 'log.1', zxid: 1n, path: join(path, 'version-2/log.1') }],
        epochs: [
          { name: 'currentEpoch', epoch: 5n },
          { name: 'acceptedEpoch.tmp', epoch: 6n },
        ],
        myid: '3',
        config: { tickTime: '1' },
        others: [],
        problems: [],
      });
    }
  });

  it('lists files by zxid, not by name', () => {
    const path = folder({
      'snapshot.10': snapshot,
      'snapshot.9': snapshot,
      'log.a': log,
      'log.1f': log,
      'log.2': log,
    });
    const dir = openDataDir(path);
    expect(dir.snapshots.map(({ name }) => name)).toEqual(['snapshot.9', 'snapshot.10']);
    expect(dir.logs.map(({ name }) => name)).toEqual(['log.2', 'log.a', 'log.1f']);
  });

  it('may have its logs elsewhere, as told or as its zoo.cfg says', () => {
    const path = folder({ 'data/version-2/snapshot.0': snapshot, 'log/version-2/log.1': log });
    temp.write(`dir${folders}/zoo.cfg`, 'dataDir=data\ndataLogDir=log\n');
    const logDir = join(path, 'log/version-2');
    const byOption = openDataDir(join(path, 'data'), { logDir: join(path, 'log') });
    for (const dir of [byOption, openDataDir(join(path, 'zoo.cfg'))]) {
      expect(dir).toMatchObject({ logDir, snapshots: { length: 1 }, logs: { length: 1 } });
    }
  });

  it('holds names that are not its own', () => {
    const dir = openDataDir(folder({ 'snapshot.0': snapshot, 'log.zz': log, 'notes.txt': '' }));
    expect([...dir.others].sort()).toEqual(['log.zz', 'notes.txt']);
  });

  it.each([
    ['file-empty', { 'snapshot.0': '' }],
    ['file-foreign', { 'log.1': 'what is this?' }],
    ['file-swapped', { 'log.1': snapshot }],
    ['file-swapped', { 'snapshot.1': log }],
    ['name-codec', { 'snapshot.1.gz': snapshot }],
    ['name-codec', { 'snapshot.1': snapshotBytes({ codec: 'gzip' }) }],
    ['epoch-unreadable', { 'snapshot.1': snapshot, currentEpoch: 'five' }],
    ['epoch-unreadable', { 'snapshot.1': snapshot, currentEpoch: '' }],
  ] as const)('with %s is reported', (code, files) => {
    expect(codes(folder(files))).toEqual([code]);
  });

  it.skipIf(process.getuid?.() === 0)(
    'with a file that may not be read is reported, and the rest is listed',
    () => {
      const path = folder({ 'snapshot.0': snapshot, 'snapshot.1': snapshot });
      chmodSync(join(path, 'snapshot.1'), 0);
      expect(codes(path)).toEqual(['file-unreadable']);
      expect(openDataDir(path).snapshots).toHaveLength(1);
    },
  );

  it('is not any folder', () => {
    const path = folder({ 'notes.txt': '' });
    expect(isDataDir(path)).toBe(false);
    expect(isDataDir(join(path, 'notes.txt'))).toBe(false);
    expect(() => openDataDir(path)).toThrow(InputError);
    expect(() => openDataDir(join(path, 'nothing'))).toThrow(InputError);
  });

  it('that a zoo.cfg names and that is not here is said to be missing', () => {
    const path = folder({ 'zoo.cfg': 'dataDir=/no/such/folder\n', 'bare.cfg': 'tickTime=1\n' });
    expect(() => openDataDir(join(path, 'zoo.cfg'))).toThrow('/no/such/folder does not exist here');
    expect(() => openDataDir(join(path, 'bare.cfg'))).toThrow('names no dataDir');
  });

  for (const { name, dir, servers } of fixtures()) {
    it(`is that of ${name}`, () => {
      for (const server of servers) {
        const found = openDataDir(join(dir, server.dir), { logDir: join(dir, server.logDir) });
        expect(found.snapshots.map((file) => file.name)).toEqual(server.snapshots);
        expect(found.logs.map((file) => file.name)).toEqual(server.logs);
      }
    });
  }
});
