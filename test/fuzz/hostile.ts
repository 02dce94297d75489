// Values that somebody might put into a znode, a path or an ACL to hurt whoever looks at it.
import type { Random } from './random.js';

/** Text that acts upon a terminal, a spreadsheet, a parser or a table. */
const TEXTS: readonly (string | Buffer)[] = [
  ...['', '/', '//', '/a/', 'a', '/.', '/..', '/a/../b', '/a//b', ' ', '/ ', '/a b', '/%', '/\\', "/'", '/"'],
  ...[
    '/a\0b',
    '/\0',
    '/new\nline',
    '/cr\rx',
    '/tab\tx',
    '/\x1b[31mred',
    '/\x1b]0;title\x07',
    '/\x1b[2J\x1b[H',
    '/\x7f',
  ],
  ...[
    '/c1\u009b31m',
    '/\u0085',
    '/bidi\u202eabc',
    '/\u2066x\u2069',
    '/\u200bzw',
    '/\ufeffbom',
    '/\u2028',
    '/\u2029',
  ],
  ...[
    '/\u{e0041}tag',
    '/soft\u00adhyphen',
    '/\u061c',
    '/\ufff9',
    '/\ud7ff',
    '/e\u0301',
    '/wide漢字',
    '/👩‍👩‍👧',
    '/\u3164',
  ],
  ...[
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '/=1',
    "=cmd|' /C calc'!A0",
    '-',
    '"',
    ',',
    '""',
    '\n',
    "'=1",
  ],
  ...[
    '<script>',
    '&lt;',
    '{"a":1}',
    '[',
    'null',
    '0x10',
    '\\xff',
    '\\ud800',
    '\\',
    '%s',
    '#{x}',
    '__proto__',
    'constructor',
  ],
  ...[
    '/zookeeper',
    '/zookeeper/config',
    '/zookeeper/quota',
    '/zookeeper/quota/a/zookeeper_limits',
    '/zookeeper/quota/a/zookeeper_stats',
  ],
  ...[
    'count=5,bytes=5',
    'count=-1,bytes=99999999999999999999',
    'count=x',
    '/n-2147483647',
    '/n--000000001',
    '/n-0000000001',
  ],
  Buffer.from([0x2f, 0xff, 0x9b, 0x33]),
  Buffer.from([0x2f, 0xc0, 0x80]),
  Buffer.from([0x2f, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  Buffer.from([0x2f, 0xed, 0xa0, 0x80]),
  Buffer.from([0x2f, 0xf0, 0x9f, 0x98]),
  Buffer.from([0x2f, 0xf4, 0x90, 0x80, 0x80]),
];
const BYTES = TEXTS.map((text) => Buffer.from(text));

/** The bytes of a ustring or buffer; null is one, too. `mostBytes` bounds those that are only long. */
export function hostileBytes(random: Random, mostBytes = 20_000): Buffer | null {
  const kind = random.int(20);
  if (kind === 0) return null;
  if (kind === 1) return Buffer.from(`/d`.repeat(random.between(1, Math.min(3000, mostBytes / 2))));
  if (kind === 2) return Buffer.from(`/${'n'.repeat(random.int(mostBytes))}`);
  if (kind === 3) return Buffer.from(`/e${'\u0301'.repeat(random.int(mostBytes / 2))}`);
  if (kind === 4) return random.bytes(random.int(64));
  if (kind === 5) return Buffer.concat([Buffer.from('/'), random.bytes(random.int(16))]);
  if (kind === 6) return Buffer.concat([random.pick(BYTES), random.pick(BYTES)]);
  return random.pick(BYTES);
}

/** A name to be put below a path, so that its parent may be there. */
export function hostileChild(random: Random, parent: Buffer): Buffer {
  const name = hostileBytes(random, 2000) ?? Buffer.alloc(0);
  const text = name[0] === 0x2f ? name : Buffer.concat([Buffer.from('/'), name]);
  return parent.equals(ROOT) ? text : Buffer.concat([parent, text]);
}

const ROOT = Buffer.from('/');
