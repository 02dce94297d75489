import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { InputError } from '../../src/errors.js';
import { openDirectoryTree } from '../../src/source/directory-source.js';
import { openTree } from '../../src/source/open.js';
import { SourceLog } from '../../src/source/source-log.js';
import { cut, flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { buildSnapshot, snapshotBytes } from '../support/snapshot-spec.js';
import { heard, thrownBy } from './heard.js';

const temp = useTempDir();
let folders = 0;

function folder(files: Readonly<Record<string, Buffer>>): string {
  const name = `server${++folders}`;
  mkdirSync(join(temp.path, name, 'version-2'), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) temp.write(join(name, 'version-2', file), bytes);
  return join(temp.path, name);
}

const { bytes, marks } = buildSnapshot({ trailer: 'both' });

describe('the tree of a directory', () => {
  it('is its newest snapshot, and a note counts the txns that are not in it', () => {
    const said = heard();
    const path = folder({
      'snapshot.0': bytes,
      'snapshot.3': bytes,
      'log.1': logBytes({ txns: creates(4) }),
      'log.5': logBytes({ txns: creates(2, 5n) }),
    });
    const source = openTree(path, said);
    expect(source).toMatchObject({ zxid: 3n, laterTxns: 3, name: `${path} snapshot.3`, isComplete: true });
    expect(said.notes).toEqual([`${path}: as of snapshot 0x3, 3 later txns not applied`]);
  });

  it('says nothing where nothing is missing', () => {
    const said = heard();
    const source = openTree(folder({ 'snapshot.4': bytes, 'log.1': logBytes({ txns: creates(4) }) }), said);
    expect(source.laterTxns).toBe(0);
    expect(said.notes).toEqual([]);
  });

  it('counts a txn once that two logs hold', () => {
    const logs = { 'log.1': logBytes({ txns: creates(4) }), 'log.3': logBytes({ txns: creates(4, 3n) }) };
    expect(openTree(folder({ 'snapshot.0': bytes, ...logs }), heard()).laterTxns).toBe(6);
  });

  it.each([
    ['cut', cut(bytes, marks.znodes[2]!), 'snapshot-cut'],
    ['of a wrong checksum', flip(bytes, marks.znodes[2]! + 30, 1), 'snapshot-checksum'],
    ['of a wrong trailer', flip(bytes, marks.seals[2]! + 5, 1), 'snapshot-trailer-checksum'],
    ['empty', Buffer.alloc(0), 'file-empty'],
    ['cut within its header', cut(bytes, 18), 'snapshot-cut'],
    ['a log', logBytes(), 'file-swapped'],
  ])('is the one before where the newest is %s', (_, broken, code) => {
    const said = heard();
    const source = openTree(folder({ 'snapshot.2': bytes, 'snapshot.3': broken }), said);
    expect(source).toMatchObject({ zxid: 2n, isComplete: true });
    expect(said.codes()).toContain(code);
    expect(said.notes.join()).toMatch(/snapshot\.3.*snapshot\.2/);
    expect([...source.znodes()]).toHaveLength(4);
    expect(source.isComplete).toBe(true);
  });

  it('cannot be had where no snapshot is sound, or there is none', () => {
    const broken = folder({ 'snapshot.3': cut(bytes, 100) });
    expect(thrownBy(() => openTree(broken, heard()))).toBeInstanceOf(InputError);
    expect(thrownBy(() => openTree(broken, heard())).message).toContain('snapshot.3');
    const none = folder({ 'log.1': logBytes() });
    expect(thrownBy(() => openTree(none, heard())).message).toContain('no snapshot');
  });

  it('is the one before where the newest vanished after the directory was listed', () => {
    const path = folder({ 'snapshot.2': bytes, 'snapshot.3': snapshotBytes() });
    const dir = openDataDir(path);
    rmSync(join(path, 'version-2', 'snapshot.3'));
    const said = heard();
    const source = openDirectoryTree(dir, path, new SourceLog(said), () => {});
    expect(source.zxid).toBe(2n);
    expect(said.codes()).toEqual(['file-unreadable']);
  });
});
