// Memory of reading a snapshot does not grow with it. Measured in a process of its own.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { jute } from '../support/jute-writer.js';
import { snapshotBytes, writeZnode } from '../support/snapshot-spec.js';

const temp = useTempDir();
const COUNT = 200_000;
const SIZE = 1000;

/** A snapshot of some 220 MB without a right seal, in the order of a hash. */
function largeSnapshot(): string {
  const whole = snapshotBytes({ znodes: [{ path: '' }] });
  const file = temp.write('snapshot.1', whole.subarray(0, whole.length - 18));
  const fd = openSync(file, 'a');
  const data = 'x'.repeat(SIZE);
  for (let i = 0; i < COUNT; i += 1000) {
    const chunk = jute((w) => {
      for (let n = i; n < i + 1000; n++) writeZnode(w, { path: `/n${(n * 7919) % COUNT}`, data });
    });
    writeSync(fd, chunk);
  }
  writeSync(fd, whole.subarray(whole.length - 18));
  closeSync(fd);
  return file;
}

it('reading 220 MB in canonical order, with numChildren, takes less than 250 MB', () => {
  const script = temp.write(
    'read.mts',
    `const { openTree } = await import(${JSON.stringify(join(PROJECT, 'src/source/open.ts'))});
     const tree = openTree(process.argv[2], { onNote() {}, onProblem() {} });
     let count = 0, last = '', inOrder = true;
     for (const znode of tree.znodes({ numChildren: true })) {
       count++;
       inOrder &&= last <= znode.path;
       last = znode.path;
     }
     console.log(JSON.stringify({ count, inOrder, rss: process.resourceUsage().maxRSS / 1024 }));`,
  );
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', script, largeSnapshot()], {
    cwd: PROJECT,
  });
  const { count, inOrder, rss } = JSON.parse(String(stdout));
  expect({ count, inOrder }).toEqual({ count: COUNT + 1, inOrder: true });
  expect(rss).toBeLessThan(250);
});
