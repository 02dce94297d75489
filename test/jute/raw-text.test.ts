import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cursor } from '../../src/jute/cursor.js';
import { layout, ustring } from '../../src/jute/layout.js';
import {
  bytesOf,
  decodedText,
  displayText,
  isValidUtf8,
  type RawText,
  rawText,
  rawTextOf,
} from '../../src/jute/raw-text.js';
import { fixtures } from '../support/fixtures.js';
import { cesu8, jute } from '../support/jute-writer.js';
import { readSnapshotAgain } from '../support/second-reader.js';

const place = { file: 'snapshot.0', base: 0 };
const textLayout = layout<{ text: RawText | null }>('text', (p) => ustring(p, 'text'));

/** A ustring of these bytes as the cursor and as a layout read it. */
function readBack(bytes: Uint8Array): RawText[] {
  const record = jute((w) => w.ustring(bytes));
  return [new Cursor(record, place).ustring()!, textLayout.decode(record, place).value.text!];
}

describe('the text of a ustring', () => {
  test('keeps every byte, valid UTF-8 or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const text of readBack(bytes)) expect(bytesOf(text)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('keeps a byte-order mark at its start', () => {
    const bytes = Buffer.from('\ufeff/a', 'utf8');
    expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
    for (const text of readBack(bytes)) {
      expect(bytesOf(text)).toEqual(bytes);
      expect(displayText(text)).toBe('\ufeff/a');
      expect(decodedText(text)).toBe('\ufeff/a');
    }
  });

  test('sorts by bytes, so that U+10000 comes after U+FFFD as in its UTF-8', () => {
    const [low, high] = [rawText('\ufffd'), rawText('\u{10000}')];
    expect(low < high).toBe(true);
    expect(Buffer.compare(bytesOf(low), bytesOf(high))).toBe(-1);
  });

  test('holds the two surrogates of three bytes that a server writes for an emoji', () => {
    const bytes = cesu8('\u{1f600}');
    expect(bytes.toString('hex')).toBe('eda0bdedb880');
    for (const text of readBack(bytes)) {
      expect(isValidUtf8(text)).toBe(false);
      expect(displayText(text)).toBe('\\xed\\xa0\\xbd\\xed\\xb8\\x80');
      expect(rawText(displayText(text))).toBe(text);
      // Java has one U+FFFD for each of the two; the next test has that from a server.
      expect(decodedText(text)).toBe('\ufffd\ufffd');
    }
  });

  test('is decoded as a server decodes it when it is started again', () => {
    // acl/emoji of the fixture: written with surrogates, and in the snapshot after a restart as what was read.
    const { dir, servers } = fixtures().find(({ name }) => name === 'standalone-3.9.5')!;
    const ids = servers[0]!.snapshots.flatMap((name) => {
      const { acls } = readSnapshotAgain(join(dir, servers[0]!.dir, name));
      return acls.flatMap(({ acl }) => acl.map(({ id }) => id)).filter((id) => id.startsWith('smile'));
    });
    const [written, reread] = [ids[0] as RawText, ids.at(-1) as RawText];
    expect(bytesOf(written)).toEqual(cesu8('smile\u{1f600}:hash'));
    expect(reread).not.toBe(written);
    expect(Buffer.from(decodedText(written), 'utf8')).toEqual(bytesOf(reread));
  });

  test('holds U+0000 as a plain zero byte', () => {
    expect(cesu8('a\0b').toString('hex')).toBe('610062');
    expect(displayText(readBack(cesu8('a\0b'))[0]!)).toBe('a\0b');
  });
});

describe('text as people see and type it', () => {
  test.each([
    ['valid UTF-8 is shown as it is', 'c3a92f6162', 'é/ab'],
    ['a lone continuation byte is shown as \\xNN', '6180', 'a\\x80'],
    ['an overlong slash is shown as two bytes', 'c0af', '\\xc0\\xaf'],
    ['a sequence cut short keeps the valid text before it', 'c3a9e282', 'é\\xe2\\x82'],
    ['valid text behind a bad byte is shown as text', 'ffc3a9', '\\xffé'],
    ['bytes above U+10FFFF are shown one by one', 'f4908080', '\\xf4\\x90\\x80\\x80'],
  ])('%s', (_, hex, shown) => {
    const text = rawTextOf(Buffer.from(hex, 'hex'));
    expect(displayText(text)).toBe(shown);
    expect(bytesOf(rawText(shown)).toString('hex')).toBe(hex);
  });

  test('what is shown, typed again, is the same bytes', () => {
    // Text that itself contains \x80 as four characters is the exception: it cannot be told from the byte 80.
    const bytes = fc.uint8Array({ maxLength: 30 }).filter((b) => !Buffer.from(b).includes('\\x'));
    fc.assert(
      fc.property(bytes, (b) => {
        const text = rawTextOf(b);
        expect(rawText(displayText(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('any text a client can send is shown as that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(displayText(rawTextOf(Buffer.from(text, 'utf8')))).toBe(text);
      }),
    );
  });

  test('only \\x with a lower-case x stands for a byte', () => {
    expect(bytesOf(rawText('\\xFF'))).toEqual(Buffer.from([0xff]));
    expect(bytesOf(rawText('é\\X80'))).toEqual(Buffer.from('é\\X80'));
    expect(bytesOf(rawText('\\x41'))).toEqual(Buffer.from('\\x41'));
  });
});
