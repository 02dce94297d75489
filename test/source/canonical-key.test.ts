import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZnodeRecord } from '../../src/snapshot/znode-record.js';
import { keyBound, writeKey } from '../../src/source/canonical-key.js';
import { comparePaths } from './compare-paths.js';

function keyOf(path: Buffer, ordinal: number): Buffer {
  const record = new ZnodeRecord();
  record.buffer = path;
  record.pathStart = 0;
  record.pathEnd = path.length;
  record.ordinal = ordinal;
  const target = Buffer.alloc(keyBound(record), 0xee);
  return target.subarray(0, writeKey(record, target));
}

// Bytes around everything that the key treats in a special way.
const name = fc.array(fc.constantFrom(0, 1, 2, 3, 0x2e, 0x30, 0x61, 0xff), { minLength: 1, maxLength: 3 });
const path = fc
  .array(name, { maxLength: 4 })
  .map((names) => Buffer.concat(names.flatMap((bytes) => [Buffer.from('/'), Buffer.from(bytes)])));

describe('the key of a znode', () => {
  it('orders paths of any bytes as their names do', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        const order = Math.sign(Buffer.compare(keyOf(a, 9), keyOf(b, 9)));
        expect(order).toBe(Math.sign(comparePaths(a, b)));
      }),
      { numRuns: 2000 },
    );
  });

  it('orders equal paths as the file does', () => {
    const at = (ordinal: number) => keyOf(Buffer.from('/a'), ordinal);
    expect(Buffer.compare(at(255), at(256))).toBeLessThan(0);
    expect(Buffer.compare(at(2 ** 32 - 1), at(2 ** 32))).toBeLessThan(0);
    expect(Buffer.compare(at(2 ** 40), keyOf(Buffer.from('/a/b'), 0))).toBeLessThan(0);
  });
});
