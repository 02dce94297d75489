// Makes `toEqual` compare Buffers at once, not byte by byte: a megabyte takes seconds otherwise.
import { expect } from 'vitest';

expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : undefined;
  },
]);
