// Damaged and odd directories (test/interop/boot-cases.ts): servers do with the copy what they do with the original.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulateBoot } from '../../src/datadir/boot.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { zoolog } from '../cli/run-cli.js';
import { cases } from '../interop/boot-cases.js';
import { useTempDir } from '../support/fixtures.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';

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

describe('of a damaged snapshot no piece of data is taken for a number', () => {
  const data =
    'a secret that is long enough to be found in what was copied, and long enough to be a stat too';
  const znodes = [...NEW_TREE, { path: '/secret-name-of-it', data }, { path: '/other-secret', data }];
  const bytes = snapshotBytes({
    znodes,
    acls: [{ key: 1n, acl: [{ perms: 1, scheme: 'digest', id: data }] }],
  });
  const dataAt = bytes.indexOf(data, bytes.indexOf('/secret-name-of-it'));
  const found = (copy: Buffer) => {
    const text = copy.toString('latin1');
    const pieces = Array.from({ length: data.length - 7 }, (_, i) => data.slice(i, i + 8));
    return [...pieces, '/secret-', '/other-s'].filter((piece) => text.includes(piece));
  };

  test.each([
    ['with more sessions than there are', (copy: Buffer) => copy.writeInt32BE(30, 16)],
    ['with data that is shorter than it is', (copy: Buffer) => copy.writeInt32BE(3, dataAt - 4)],
    ['with an ACL table that is longer', (copy: Buffer) => copy.writeInt32BE(3, 20)],
  ])('%s', async (what, damage) => {
    const damaged = Buffer.from(bytes);
    damage(damaged);
    const name = what.replace(/\W/g, '-');
    const dir = join(temp.path, name);
    mkdirSync(join(dir, 'version-2'), { recursive: true });
    temp.write(`${name}/version-2/snapshot.5`, damaged);
    const copy = join(temp.path, `copy-of-${name}`);
    expect((await zoolog(['scrub', dir, '-o', copy])).code).toBe(3);
    expect(found(damaged).length).toBeGreaterThan(10);
    expect(found(readFileSync(join(copy, 'version-2', 'snapshot.5')))).toEqual([]);
  });
});
