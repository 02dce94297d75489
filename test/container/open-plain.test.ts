import { appendFileSync, chmodSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileBytes } from '../../src/container/file-bytes.js';
import { openPlain } from '../../src/container/open-plain.js';
import { firstNonZero } from '../../src/container/zeros.js';
import { InputError } from '../../src/errors.js';
import { CODECS, compress } from '../support/codecs.js';
import { useTempDir } from '../support/fixtures.js';
import { caught, readPlain } from '../support/read-all.js';

const dir = useTempDir();

test.each(CODECS)('a file is %s by its first bytes, whatever its name says', (codec) => {
  const file = dir.write(
    `snapshot.1.${codec === 'gzip' ? 'snappy' : 'gz'}`,
    compress(codec, Buffer.from('ZKSN')),
  );
  const stream = openPlain(file);
  expect(stream.codec).toBe(codec);
  expect(stream.plainSize).toBe(codec === 'raw' ? 4 : null);
  stream.close();
  expect(readPlain(file)).toEqual({ plain: Buffer.from('ZKSN'), error: null });
});

test.each([
  ['no bytes', ''],
  ['one byte of a gzip magic', '1f'],
  ['seven bytes of the snappy magic', '82534e41505059'],
])('a file of %s is read as it is', (_, hex) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(readPlain(dir.write('short', bytes))).toEqual({ plain: bytes, error: null });
});

test('a file that is not there, is a directory or may not be read is an input error with a reason', () => {
  expect(caught(() => openPlain(join(dir.path, 'none')))).toMatchObject({
    name: 'InputError',
    reason: 'no such file or directory',
  });
  const error = caught(() => openPlain(dir.path));
  expect(error).toBeInstanceOf(InputError);
  expect(error).toMatchObject({ file: dir.path, reason: 'is a directory, expected a file' });
  if (process.getuid?.() === 0) return; // root may read everything
  const file = dir.write('secret', 'x');
  chmodSync(file, 0);
  expect(caught(() => openPlain(file))).toMatchObject({ reason: 'permission denied' });
});

test('a file that a server appends to while it is read is known to have changed', () => {
  const file = dir.write('log.1', Buffer.alloc(100));
  const bytes = new FileBytes(file);
  expect(bytes.hasChanged()).toBe(false);
  appendFileSync(file, 'x');
  expect(bytes.hasChanged()).toBe(true);
  bytes.close();
});

test('a file that is cut while it is read ends there', () => {
  const file = dir.write('log.1', Buffer.alloc(100, 1));
  const bytes = new FileBytes(file);
  truncateSync(file, 40);
  expect(bytes.read(Buffer.alloc(100))).toBe(40);
  expect(bytes.read(Buffer.alloc(100))).toBe(0);
  bytes.close();
});

test.each([
  [0, 0],
  [1, 0],
  [65535, 3],
  [65536, 0],
  [65537, 1],
  [200_000, 77],
])('the end of %i zeros of padding is found from byte %i on', (zeros, start) => {
  const bytes = Buffer.concat([Buffer.alloc(start, 9), Buffer.alloc(zeros), Buffer.from([7, 0, 0])]);
  expect(firstNonZero(bytes, start, bytes.length)).toBe(start + zeros);
  expect(firstNonZero(bytes, start, start + zeros)).toBe(start + zeros);
});
