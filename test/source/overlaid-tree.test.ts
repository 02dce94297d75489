import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTree } from '../../src/source/open.js';
import { build, writeFiles } from '../store/indexes.js';
import { useTempDir } from '../support/fixtures.js';
import { create, logBytes } from '../support/log-spec.js';

const temp = useTempDir();

test('the root of a tree that begins without a snapshot has the children that it has, in files and in an index', () => {
  const folder = writeFiles(join(temp.path, 'version-2'), {
    'log.1': logBytes({ txns: [{ zxid: 1n, ...create('/a') }] }),
  });
  const { file } = build(join(temp.path, 'case.db'), [folder]);
  for (const source of [folder, file]) {
    const tree = openTree(source, { onNote: () => {}, onProblem: () => {} });
    const counts = [...tree.znodes({ numChildren: true })].map(({ path, numChildren }) => [
      path,
      numChildren,
    ]);
    expect(counts).toEqual([
      ['', 2],
      ['/a', 0],
      ['/zookeeper', 1],
      ['/zookeeper/quota', 0],
    ]);
    tree.close();
  }
});
