// docs/json.md names every field of every row.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { againstColumns, subtreeColumns } from '../../src/cli/rows/against-columns.js';
import { blamedZnodeColumns } from '../../src/cli/rows/blame-columns.js';
import { diffColumns, diffStatColumns } from '../../src/cli/rows/diff-columns.js';
import { digestColumns } from '../../src/cli/rows/digest-columns.js';
import { historyColumns } from '../../src/cli/rows/history-columns.js';
import { fileColumns, serverColumns } from '../../src/cli/rows/inspect-columns.js';
import { opColumns } from '../../src/cli/rows/op-columns.js';
import { periodColumns } from '../../src/cli/rows/period-columns.js';
import {
  ephemeralColumns,
  lifeColumns,
  minuteColumns,
  tableColumns,
} from '../../src/cli/rows/session-columns.js';
import { bucketColumns, topColumns } from '../../src/cli/rows/top-columns.js';
import { znodeColumns } from '../../src/cli/rows/znode-columns.js';
import { useTempDir } from '../support/fixtures.js';
import { rowsOf, zoolog } from './run-cli.js';

const temp = useTempDir();

const doc = readFileSync('docs/json.md', 'utf8');
const F = 'fixtures/standalone-3.8.6';

/** The fields named in the part of the document under a heading. */
function fieldsOf(heading: string): Set<string> {
  const part = doc.split(/^## /m).find((one) => one.startsWith(heading))!;
  return new Set([...part.matchAll(/[`"](\w+)[`"]/g)].map((match) => match[1]!));
}

/** Fields that a history has from operations. */
const opFields = new Set<string>(opColumns({ data: true, evidence: true }).map(({ key }) => key));

describe('docs/json.md', () => {
  it.each([
    ['Znodes', znodeColumns({ data: true, evidence: true })],
    ['Operations', opColumns({ data: true, evidence: true, clients: true })],
    ['Histories', historyColumns.filter(({ key }) => !opFields.has(key))],
    ['Blame', blamedZnodeColumns(true)],
    ['Files', fileColumns],
    ['Files', serverColumns],
    ['Digests', digestColumns],
    ['Sessions', lifeColumns({ clients: true, evidence: true })],
    ['Sessions', minuteColumns],
    ['Sessions', ephemeralColumns],
    ['Sessions', tableColumns(true)],
    ['Copies', againstColumns],
    ['Copies', subtreeColumns],
    ['Differences', diffColumns],
    ['Differences', diffStatColumns],
    ['Busiest', topColumns(true)],
    ['Busiest', bucketColumns],
    ['Periods', periodColumns],
  ] as const)('names the fields of %s', (heading, columns) => {
    const named = fieldsOf(heading);
    const missing = (columns as readonly { readonly key: string }[]).filter(({ key }) => !named.has(key));
    expect(missing).toEqual([]);
  });

  it.each([
    ['Sessions', ['sessions', `${F}/version-2/snapshot.1c4`]],
    ['Subtrees', ['du', F]],
    ['Subtrees', ['du', F, '--by-pattern']],
  ])('names the fields of %s', async (heading, args) => {
    const [row] = rowsOf((await zoolog([...args, '--format', 'ndjson'])).stdout);
    expect(Object.keys(row!).filter((key) => !fieldsOf(heading).has(key))).toEqual([]);
  });

  it('names the totals of top', async () => {
    const { stdout } = await zoolog(['top', F, '--by', 'type', '--format', 'json']);
    const { totals, timeLine } = JSON.parse(stdout);
    const named = fieldsOf('Busiest');
    const keys = [...Object.keys(totals), ...Object.keys(timeLine), 'totals', 'timeLine'];
    expect(keys.filter((key) => !named.has(key))).toEqual([]);
  });

  it('shows rows that are really printed', async () => {
    const { stdout: znode } = await zoolog(['export', F, '/ttl/stays']);
    expect(doc).toContain(znode.trim());
    const { stdout: ops } = await zoolog([
      'log',
      F,
      '--from',
      '0x1a3',
      '--to',
      '0x1a3',
      '--format',
      'ndjson',
    ]);
    expect(doc).toContain(ops.trim().replaceAll(`${F}/`, ''));
    const unlogged = 'fixtures/unlogged-3.9.5';
    for (const [dir, ...args] of [
      [F, 'history', '/container-gone', '--reverse', '--limit', '1'],
      [unlogged, 'history', '/mortal', '--reverse', '--limit', '1'],
      [F, 'blame', '/ttl', '--children', '--limit', '1'],
    ] as const) {
      const [verb, ...rest] = args;
      const { stdout } = await zoolog([verb, dir, ...rest, '--format', 'ndjson']);
      expect(doc).toContain(stdout.trim().replaceAll(`${dir}/`, ''));
    }
    const { stdout: blamed } = await zoolog(['blame', F, '/multi', '--format', 'ndjson']);
    expect(doc).toContain(blamed.split('\n')[1]!.replaceAll(`${F}/`, ''));
    for (const args of [
      ['sessions', F, '--limit', '1'],
      ['sessions', F, '--per-minute'],
      ['sessions', `${F}/version-2/snapshot.1c4`, '--limit', '1'],
      ['du', F, '/multi', '--max-depth', '0'],
      ['du', F, '/sequence', '--by-pattern', '--limit', '1'],
      ['top', F, '--by', 'path', '--limit', '1'],
    ]) {
      expect(doc).toContain((await zoolog([...args, '--format', 'ndjson'])).stdout.trim());
    }
  });

  it('names the fields of Conversions', async () => {
    const out = join(temp.path, 'out');
    const { stdout } = await zoolog([
      'convert',
      F,
      '-o',
      out,
      '--for',
      '3.9',
      '--dry-run',
      '--format',
      'json',
    ]);
    const manifest = JSON.parse(stdout);
    const keys = [manifest, ...manifest.sources, ...manifest.changes].flatMap((one) => Object.keys(one));
    expect(keys.filter((key) => !fieldsOf('Conversions').has(key))).toEqual([]);
  });

  it('names the fields of Scrubbed copies', async () => {
    const out = join(temp.path, 'out');
    const { stdout } = await zoolog(['scrub', F, '-o', out, '--dry-run', '--format', 'json']);
    const made = JSON.parse(stdout);
    const { servers } = made;
    const all = [made, ...servers, ...servers.flatMap(({ files }: { files: object[] }) => files)];
    const keys = all.flatMap((one) => Object.keys(one));
    expect(keys.filter((key) => !fieldsOf('Scrubbed copies').has(key))).toEqual([]);
  });
});
