import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../src/errors.js';
import { openTree, openTxns, resolve, resolveAll } from '../../src/source/open.js';
import { listServers } from '../../src/source/servers.js';
import { snappyStream } from '../support/codecs.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { heard, thrownBy } from './heard.js';

const temp = useTempDir();

/** Puts a server's directory there: a snapshot and a log. */
function server(...parts: string[]): string {
  return part(['snapshot.0', 'log.1'], ...parts);
}

function part(names: readonly string[], ...parts: string[]): string {
  const folder = join(temp.path, ...parts);
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const bytes = name.startsWith('snap') ? snapshotBytes() : logBytes({ txns: creates(3) });
    temp.write(join(...parts, name), bytes);
  }
  return folder;
}

const treeError = (text: string, logDir?: string) => thrownBy(() => openTree(text, heard({ logDir })));
const txnsError = (text: string) => thrownBy(() => openTxns(text, heard()));
const count = (items: Iterable<unknown>) => [...items].length;

describe('a SOURCE is opened by its content', () => {
  it('a snapshot and a log under any name', () => {
    expect(resolve(temp.write('from-zk1.txt', snapshotBytes()), heard())).toMatchObject({
      kind: 'snapshot',
      zxid: null,
    });
    expect(resolve(temp.write('odd', logBytes()), heard())).toMatchObject({ kind: 'log', zxid: null });
    expect(resolve(temp.write('log.5', logBytes()), heard())).toMatchObject({ kind: 'log', zxid: 5n });
    const packed = temp.write('snapshot.10.snappy', snappyStream(snapshotBytes()));
    expect(resolve(packed, heard())).toMatchObject({ kind: 'snapshot', zxid: 16n });
    expect(resolve(temp.write('log.7', snapshotBytes()), heard())).toMatchObject({
      kind: 'snapshot',
      zxid: null,
    });
  });

  it('an index, with whom to look for in it', () => {
    const file = temp.write('case.db', 'SQLite format 3\0 and so on');
    expect(resolve(`${file}#prod/zk1`, heard())).toMatchObject({
      kind: 'index',
      path: file,
      who: { cluster: 'prod', server: 'zk1' },
    });
    expect(resolve(file, heard())).toMatchObject({ kind: 'index', who: null });
  });

  it("a server's dataDir, its version-2, and a zoo.cfg that names it", () => {
    server('one', 'version-2');
    temp.write('one/zoo.cfg', 'dataDir=.\n');
    for (const path of ['one', 'one/version-2', 'one/zoo.cfg']) {
      const source = openTree(join(temp.path, path), heard());
      expect(source).toMatchObject({ zxid: 3n, laterTxns: 0, name: `${join(temp.path, path)} at 0x3` });
      expect(count(source.znodes())).toBe(7);
    }
    expect(count(openTxns(join(temp.path, 'one'), heard()).txns())).toBe(3);
  });

  it('logs that lie apart, by --log-dir', () => {
    const data = part(['snapshot.0'], 'apart', 'snaps', 'version-2');
    const logs = part(['log.1'], 'apart', 'txns', 'version-2');
    expect(openTree(data, heard()).laterTxns).toBeNull();
    expect(openTree(data, heard({ logDir: logs }))).toMatchObject({ zxid: 3n, laterTxns: 0 });
    expect(count(openTxns(data, heard({ logDir: join(logs, '..') })).txns())).toBe(3);
  });
});

describe('a folder of several servers', () => {
  const folder = join(temp.path, 'backup');
  for (const name of ['zk1', 'zk2', 'zk3']) server('backup', name, 'version-2');

  it('asks which, with the text to type', () => {
    for (const error of [treeError(folder), txnsError(folder)]) {
      expect(error).toBeInstanceOf(UsageError);
      for (const name of ['zk1', 'zk2', 'zk3']) expect(error.hint).toContain(`${folder}#/${name}`);
    }
    expect(openTree(`${folder}#/zk2`, heard()).name).toBe(`${folder}#/zk2 at 0x3`);
  });

  it('says which there are where one is named that is not', () => {
    expect(treeError(`${folder}#/zk9`).hint).toContain(`${folder}#/zk1`);
    expect(treeError(`${folder}#prod`).hint).toContain(`${folder}#/zk1`);
  });

  it('is all of them to whom that is of use', () => {
    const names = (text: string) => resolveAll(text, heard()).map(({ name }) => name);
    expect(names(folder)).toEqual(['zk1', 'zk2', 'zk3'].map((name) => `${folder}#/${name}`));
    expect(names(`${folder}#/zk2`)).toEqual([`${folder}#/zk2`]);
    expect(names(join(folder, 'zk2'))).toEqual([join(folder, 'zk2')]);
    // Whose logs would those be?
    const logDir = join(folder, 'zk1');
    expect(thrownBy(() => resolveAll(folder, heard({ logDir })))).toBeInstanceOf(UsageError);
  });

  it('is that server where it holds but one', () => {
    server('single', 'host-a', 'zookeeper', 'version-2');
    expect(resolveAll(join(temp.path, 'single'), heard())).toMatchObject([
      { name: join(temp.path, 'single') },
    ]);
    const source = openTree(join(temp.path, 'single'), heard());
    expect(source.name).toBe(`${join(temp.path, 'single')} at 0x3`);
  });

  it('is looked into three levels deep', () => {
    server('deep', 'a', 'b', 'c', 'version-2');
    server('deeper', 'a', 'b', 'c', 'd', 'version-2');
    expect(listServers(join(temp.path, 'deep'))).toHaveLength(1);
    expect(listServers(join(temp.path, 'deeper'))).toHaveLength(0);
  });

  it('names servers by the last part of the path that tells something', () => {
    server('names', 'zk1', 'data', 'version-2');
    server('names', 'zk2', 'logs');
    server('names', 'dc1', 'zk3', 'version-2');
    server('names', 'dc2', 'zk3', 'version-2');
    const names = listServers(join(temp.path, 'names')).map(({ name }) => name);
    expect(names).toEqual(['dc1/zk3', 'dc2/zk3', 'zk1', 'zk2']);
  });

  it('puts snapshots and logs that lie apart together', () => {
    part(['snapshot.0'], 'split', 'zk1', 'data', 'version-2');
    part(['log.1'], 'split', 'zk1', 'datalog', 'version-2');
    server('split', 'zk2', 'version-2');
    const servers = listServers(join(temp.path, 'split'));
    expect(servers.map(({ name }) => name)).toEqual(['zk1', 'zk2']);
    expect(servers[0]!.dir).toMatchObject({ snapshots: { length: 1 }, logs: { length: 1 } });
  });

  it('may be a fixture with a dataLogDir', () => {
    const source = openTree(join(FIXTURES, 'datalogdir-3.7.2'), heard());
    expect(source.laterTxns).toBe(0);
    expect(count(openTxns(join(FIXTURES, 'datalogdir-3.7.2'), heard()).txns())).toBe(452);
  });
});

describe('a SOURCE that cannot be opened', () => {
  it('does not exist: similar names are offered', () => {
    server('typo', 'backup-monday', 'version-2');
    const error = treeError(join(temp.path, 'typo', 'backup-mondy'));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toContain(join(temp.path, 'typo', 'backup-monday'));
    expect(treeError(join(temp.path, 'typo', 'bakup-monday', 'version-2')).hint).toContain('backup-monday');
    expect(treeError('nothing/like/this/anywhere')).toBeInstanceOf(UsageError);
  });

  it('has no ZooKeeper data in it', () => {
    mkdirSync(join(temp.path, 'empty'));
    expect(treeError(join(temp.path, 'empty'))).toBeInstanceOf(UsageError);
    const text = treeError(temp.write('notes.txt', 'some notes'));
    expect(text).toBeInstanceOf(UsageError);
    expect(treeError(temp.write('nothing', ''))).toBeInstanceOf(UsageError);
  });

  it.each(['PK\x03\x04', 'BZh9', '\xfd7zXZ\0'])('is an archive of another kind (%j)', (magic) => {
    const error = treeError(temp.write('other.archive', Buffer.from(`${magic} and so on`, 'latin1')));
    expect(error.hint).toContain('unpack');
  });

  it('is a log where a tree is asked for, or a snapshot where txns are', () => {
    const log = temp.write('log.1', logBytes({ txns: creates(1) }));
    const snapshot = temp.write('snapshot.1', snapshotBytes());
    expect(treeError(log)).toBeInstanceOf(UsageError);
    expect(treeError(log).hint).toContain('zoolog log');
    expect(txnsError(snapshot)).toBeInstanceOf(UsageError);
    expect(txnsError(snapshot).hint).toBeDefined();
  });

  it('names a server of what is one server', () => {
    server('lone', 'version-2');
    expect(treeError(join(temp.path, 'lone#/zk1'))).toBeInstanceOf(UsageError);
    expect(treeError(`${temp.write('snapshot.2', snapshotBytes())}#/zk1`)).toBeInstanceOf(UsageError);
  });

  it('has a WHEN that cannot be had; a typo in it is told apart', () => {
    server('when', 'version-2');
    const at = (when: string) => treeError(`${join(temp.path, 'when')}@${when}`);
    expect(at('0x12').message).toContain('nothing here is newer than 0x3');
    expect(at('12').hint).toContain('0x12');
    expect(at('yesterday').message).toContain('neither a zxid nor a time');
  });

  it('has logs and no snapshot', () => {
    const folder = part(['log.1'], 'logs-only', 'version-2');
    temp.write('logs-only/version-2/log.1', logBytes({ txns: creates(3, 7n) }));
    expect(treeError(folder)).toBeInstanceOf(InputError);
    expect(count(openTxns(folder, heard()).txns())).toBe(3);
  });
});

describe('what is read', () => {
  it('has a name with an @ or # in it', () => {
    server('odd@name#1', 'version-2');
    expect(openTree(join(temp.path, 'odd@name#1'), heard()).zxid).toBe(3n);
  });

  it('may be a copy of a fixture in a folder of copies', () => {
    cpSync(join(FIXTURES, 'ensemble-3.8.6'), join(temp.path, 'ensemble'), { recursive: true });
    const names = listServers(join(temp.path, 'ensemble')).map(({ name }) => name);
    expect(names).toEqual(['dead-leader', 'zk1', 'zk2', 'zk3']);
  });
});
