// The predictions beside what real servers did on the same directories: test/interop/boot.mjs --record noted it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BootFiles } from '../../src/datadir/boot-files.js';
import { cases } from '../interop/boot-cases.js';
import { differences, predict } from '../interop/boot-compare.js';
import type { BootCase } from '../interop/boot-make.js';
import { readOutcomes } from '../interop/boot-outcomes.js';
import { useTempDir } from '../support/fixtures.js';

const recorded = readOutcomes();

const temp = useTempDir();

/** Makes the directory of a case, and a zoo.cfg as the server had. */
function makeDir({ make, layout, config, myid, leads }: BootCase, name: string): string {
  const dir = join(temp.path, name);
  mkdirSync(dir);
  make(dir);
  const dataDir = join(dir, layout?.dataDir ?? '');
  const logDir = join(dir, layout?.dataLogDir ?? '');
  const lines = {
    clientPort: 2181,
    dataDir,
    ...(logDir !== dataDir && { dataLogDir: logDir }),
    ...config,
    ...(leads && { 'server.1': '127.0.0.1:1:2:participant', standaloneEnabled: 'false' }),
  };
  const text = Object.entries(lines).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(join(dir, 'zoo.cfg'), text.join(''));
  if (myid !== undefined) writeFileSync(join(dataDir, 'myid'), `${myid}\n`);
  return dir;
}

describe('what servers did is what was said of', () => {
  test.each(cases.map((one, i) => ({ ...one, i })))('$name', ({ i, ...one }) => {
    const outcomes = Object.entries(recorded[one.name] ?? {});
    expect(outcomes.length).toBeGreaterThanOrEqual(3);
    const dir = makeDir(one, `case-${i}`);
    const files = new BootFiles();
    for (const [release, outcome] of outcomes) {
      const prediction = predict(join(dir, 'zoo.cfg'), release, one.spec, files);
      const wrong = differences(prediction, outcome, dir, one.leads);
      expect({ release, wrong }).toEqual({ release, wrong: [] });
    }
  });
});

test('there are at least 30 directories, each started with at least three lines', () => {
  const lines = Object.values(recorded).map(
    (one) => new Set(Object.keys(one).map((v) => v.slice(0, 3))).size,
  );
  expect(lines.filter((count) => count >= 3).length).toBeGreaterThanOrEqual(30);
});
