import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32 } from '../../src/tree/crc32.js';
import { secondHash } from '../../src/tree/path-hash.js';
import { PathSet } from '../../src/tree/path-set.js';

const hashesOf = (path: string): [number, number] => {
  const bytes = Buffer.from(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [crc32(bytes, 0, bytes.length), secondHash(view, 0, bytes.length)];
};

it('knows what was added, however much it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 }), { maxLength: 200 }), (paths) => {
      const set = new PathSet();
      const model = new Set<string>();
      for (const path of paths) {
        expect(set.has(...hashesOf(path))).toBe(model.has(path));
        expect(set.add(...hashesOf(path))).toBe(!model.has(path));
        model.add(path);
      }
      expect(set.size).toBe(model.size);
    }),
  );
});

it('grows', () => {
  const set = new PathSet();
  for (let i = 0; i < 20_000; i++) expect(set.add(...hashesOf(`/a/${i}`))).toBe(true);
  for (let i = 0; i < 20_000; i++) expect(set.add(...hashesOf(`/a/${i}`))).toBe(false);
  expect(set.has(...hashesOf('/a/20000'))).toBe(false);
});
