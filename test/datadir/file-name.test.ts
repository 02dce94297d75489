import { describe, expect, it } from 'vitest';
import { codecOfExtension, parseFileName } from '../../src/datadir/file-name.js';

describe('the name of a snapshot or log', () => {
  it.each([
    ['snapshot.0', 'snapshot', 0n, null],
    ['snapshot.5000f423b', 'snapshot', 0x5000f423bn, null],
    ['log.7fffffffffffffff', 'log', 2n ** 63n - 1n, null],
    ['log.ABC', 'log', 0xabcn, null],
    ['snapshot.3e.gz', 'snapshot', 0x3en, 'gz'],
    ['snapshot.10.bak', 'snapshot', 16n, 'bak'],
    ['log.5.old.1', 'log', 5n, 'old.1'],
  ] as const)('%s holds its zxid', (name, kind, zxid, extension) => {
    expect(parseFileName(name)).toEqual({ kind, zxid, extension });
  });

  it.each([
    'snapshot',
    'snapshot.',
    'log.xyz',
    'log.0x5',
    'Snapshot.5',
    'mylog.5',
    'log.8000000000000000',
    'log.12345678901234567',
    'log-5',
    'log.5.',
  ])('is not %s', (name) => {
    expect(parseFileName(name)).toBeNull();
  });
});

describe('the extension of a file', () => {
  it('is the codec that servers of 3.6 and later expect, by its last part', () => {
    expect(codecOfExtension(null)).toBe('raw');
    expect(codecOfExtension('gz')).toBe('gzip');
    expect(codecOfExtension('SNAPPY')).toBe('snappy');
    expect(codecOfExtension('bak.gz')).toBe('gzip');
    expect(codecOfExtension('gz.bak')).toBe('raw');
  });
});
