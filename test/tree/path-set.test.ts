import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PathSet } from '../../src/tree/path-set.js';

it('knows what was added, however much it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 }), { maxLength: 200 }), (paths) => {
      const set = new PathSet();
      const model = new Set<string>();
      for (const path of paths) {
        expect(set.has(Buffer.from(path))).toBe(model.has(path));
        expect(set.add(Buffer.from(path))).toBe(!model.has(path));
        model.add(path);
      }
      expect(set.size).toBe(model.size);
    }),
  );
});

it('grows', () => {
  const set = new PathSet();
  for (let i = 0; i < 20_000; i++) expect(set.add(Buffer.from(`/a/${i}`))).toBe(true);
  for (let i = 0; i < 20_000; i++) expect(set.add(Buffer.from(`/a/${i}`))).toBe(false);
  expect(set.has(Buffer.from('/a/20000'))).toBe(false);
});
