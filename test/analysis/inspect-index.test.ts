// inspect of an index says of each file what inspect of the directory it was made of says.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../src/analysis/file-facts.js';
import { inspectFile } from '../../src/analysis/inspect.js';
import { inspectIndex } from '../../src/analysis/inspect-index.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { zoolog } from '../cli/run-cli.js';
import { build, withIndex } from '../store/indexes.js';
import { flip } from '../support/damage.js';
import { FIXTURES, fixtures, useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { buildSnapshot } from '../support/snapshot-spec.js';

const temp = useTempDir();
const quiet = { onProblem: () => {} };

function ofIndex(file: string): readonly FileFacts[] {
  return withIndex(file, (reader) => inspectIndex(reader, quiet).flatMap(({ files }) => files));
}

const NOT_KEPT = (hint: string) => hint.startsWith('closeSession lists');

/** Without the one hint that an index does not keep; the release is what the hints say together. */
function comparable({ server: _, hints, release: __, ...facts }: FileFacts): unknown {
  return { ...facts, hints: hints.filter((hint) => !NOT_KEPT(hint)) };
}

describe('inspect of an index', () => {
  for (const { name, dir, servers } of fixtures()) {
    it(`says what inspect of ${name} says`, () => {
      for (const [i, server] of servers.entries()) {
        const data = openDataDir(join(dir, server.dir), { logDir: join(dir, server.logDir) });
        const files = [...data.snapshots, ...data.logs];
        const plain = files.map((file) => {
          const known = data.problems.filter((problem) => problem.file === file.path);
          return inspectFile({ server: 's', shown: file.path, file, known }, quiet);
        });
        const file = join(temp.path, `${name}-${i}.db`);
        buildIndex(file, [{ name: 'c', servers: [{ name: 's', dir: data }] }], { snapshots: 'all' });
        const indexed = ofIndex(file);
        expect(plain.length).toBeGreaterThan(0);
        for (const [n, { hints, release }] of plain.entries()) {
          if (!hints.some(NOT_KEPT)) expect(indexed[n]!.release).toBe(release);
        }
        expect(indexed.map(comparable)).toEqual(plain.map(comparable));
      }
    });
  }

  it('has no kinds of a snapshot that is not loaded', () => {
    const { file } = build(join(temp.path, 'newest.db'), [join(FIXTURES, 'standalone-3.9.5', 'version-2')]);
    const snapshots = ofIndex(file).filter(({ kind }) => kind === 'snapshot');
    expect(snapshots.map(({ persistent }) => persistent !== null)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('tells a wrong checksum from what could not be read, and marks what is gone', async () => {
    const folder = join(temp.path, 'damaged', 'version-2');
    cpSync(join(FIXTURES, 'empty-3.9.5', 'version-2'), folder, { recursive: true });
    const { bytes, marks } = buildSnapshot({ trailer: 'both' });
    temp.write('damaged/version-2/snapshot.5', flip(bytes, marks.znodes[1]! + 9));
    temp.write('damaged/version-2/snapshot.6', bytes.subarray(0, 100));
    temp.write(
      'damaged/version-2/log.1',
      logBytes({ txns: [...creates(3), { ...creates(1)[0]!, zxid: 4n, checksum: 1n }] }),
    );
    const file = join(temp.path, 'damaged.db');
    build(file, [folder]);
    rmSync(join(folder, 'log.1'));
    build(file, [folder]);
    expect(ofIndex(file).map(({ zxid, checksums, sound, gone }) => [zxid, checksums, sound, gone])).toEqual([
      [0n, 'right', true, undefined],
      [5n, 'wrong', false, undefined],
      [6n, null, false, undefined],
      [1n, 'wrong', false, true],
    ]);
    const { stdout } = await zoolog(['inspect', file]);
    expect(stdout).toMatch(/log\.1 +log, gone /);
  });
});
