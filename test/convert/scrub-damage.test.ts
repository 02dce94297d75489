// Damaged and odd directories (test/interop/boot-cases.ts): servers do with the copy what they do with the original.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulateBoot } from '../../src/datadir/boot.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { zoolog } from '../cli/run-cli.js';
import { cases } from '../interop/boot-cases.js';
import { useTempDir } from '../support/fixtures.js';

const temp = useTempDir();

describe('a copy boots where its original does, and stops where it stops', () => {
  test.each(cases.filter(({ layout }) => layout === undefined).map((one, i) => ({ ...one, i })))(
    '$name',
    async ({ i, make, spec, releases }) => {
      const dir = join(temp.path, `case-${i}`);
      const copy = join(temp.path, `copy-${i}`);
      mkdirSync(dir);
      make(dir);
      const { code, stderr } = await zoolog(['scrub', dir, '-o', copy]);
      expect([0, 3]).toContain(code);
      if (stderr.includes('there is nothing to copy')) return;
      for (const release of releases) {
        const [before, after] = [dir, copy].map((folder) => {
          const boot = simulateBoot(openDataDir(folder), { release, ...spec });
          return boot.boots ? { zxid: boot.zxid, txns: boot.txns } : { stops: boot.code };
        });
        expect({ release, ...after }).toEqual({ release, ...before });
      }
    },
  );
});
