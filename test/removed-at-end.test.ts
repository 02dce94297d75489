import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removedAtEnd } from '../src/removed-at-end.js';
import { useTempDir } from './support/fixtures.js';

const temp = useTempDir();

test('any number of files wait for the end behind one listener', () => {
  const before = process.listenerCount('exit');
  const files = Array.from({ length: 12 }, (_, i) => join(temp.path, String(i)));
  for (const file of files) writeFileSync(file, '');
  const removals = files.map((file) => removedAtEnd([file]));
  expect(process.listenerCount('exit')).toBe(before + 1);
  removals.shift()!();
  expect(files.map((file) => existsSync(file))).toEqual(files.map((_, i) => i > 0));
  for (const remove of removals) remove();
  expect(files.some((file) => existsSync(file))).toBe(false);
  expect(process.listenerCount('exit')).toBe(before);
});
