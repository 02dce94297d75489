// The end of a log found from behind is what reading it from the front finds.
import { describe, expect, it } from 'vitest';
import { readLogEnd } from '../../src/txnlog/log-end.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { cut, flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { buildLog, create, creates, type LogSpec } from '../support/log-spec.js';

const dir = useTempDir();
const large = Array.from({ length: 200 }, (_, i) => ({
  zxid: BigInt(i + 1),
  time: BigInt(1000 + i),
  ...create(`/n${i}`, 'x'.repeat(20_000)),
}));
const LARGE = buildLog({ txns: large });

/** The end as read from the front. */
function wholeEnd(file: string) {
  const reader = openTxnLog(file);
  for (const _ of reader.records());
  const { lastZxid, tail } = reader;
  reader.close();
  return { lastZxid, tail };
}

function ends(bytes: Buffer) {
  const file = dir.write('log.1', bytes);
  const { last, tail } = readLogEnd(file);
  expect({ lastZxid: last?.zxid ?? null, tail }).toEqual(wholeEnd(file));
  return { zxid: last?.zxid ?? null, time: last?.time ?? null, kind: tail.kind, bytes: tail.bytes };
}

describe('the end of a log', () => {
  it('is found where it is clean, padded, torn or of no txn at all', () => {
    expect(ends(LARGE.bytes)).toEqual({ zxid: 200n, time: 1199n, kind: 'clean', bytes: 0 });
    const padded = Buffer.concat([LARGE.bytes, Buffer.alloc(3_000_000)]);
    expect(ends(padded)).toEqual({ zxid: 200n, time: 1199n, kind: 'padded', bytes: 3_000_000 });
    expect(ends(cut(LARGE.bytes, LARGE.bytes.length - 5))).toMatchObject({ zxid: 199n, kind: 'torn' });
    expect(ends(buildLog({ txns: [] }).bytes)).toEqual({ zxid: null, time: null, kind: 'clean', bytes: 0 });
    expect(ends(buildLog({ txns: [], padding: 5000 }).bytes)).toMatchObject({ zxid: null, kind: 'padded' });
  });
  it('is the same cut at any byte of its last records', () => {
    const { bytes } = buildLog({ txns: creates(4), padding: 40 } satisfies LogSpec);
    for (let length = 16; length <= bytes.length; length++) ends(cut(bytes, length));
  });
  it('is not taken from a log that lies in the data of the last txn', () => {
    const inner = buildLog({ txns: creates(5, 900n) }).bytes;
    const data = Buffer.concat([Buffer.alloc(1_500_000, 'x'), inner]);
    const txns = [...creates(3), { zxid: 4n, ...create('/log', data) }];
    expect(ends(buildLog({ txns }).bytes)).toMatchObject({ zxid: 4n, kind: 'clean' });
    const { bytes, end } = buildLog({ txns });
    ends(cut(bytes, end - 1));
  });
  it('is that of the whole log where damage is near it', () => {
    const last = LARGE.records.at(-1)!;
    expect(ends(flip(LARGE.bytes, last.offset + 40))).toMatchObject({ zxid: 199n });
    expect(ends(flip(LARGE.bytes, LARGE.records.at(-3)!.offset + 8))).toMatchObject({ zxid: 200n });
  });
});
