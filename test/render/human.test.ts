import { expect, it } from 'vitest';
import { formatBytes, formatDuration } from '../../src/render/human.js';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9949, '9.9 kB'],
  [9990, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [310_400_000, '310 MB'],
  [4.2e9, '4.2 GB'],
  [7e18, '7000 PB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [3599.4, '59 min 59 s'],
  [3725, '1 h 2 min'],
  [360_000, '100 h 0 min'],
])('writes %d seconds as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
