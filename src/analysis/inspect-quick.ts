// inspect --quick: names, headers and tails, in a few reads a file. Checksums of all that is between are not looked at.
import { FileBytes } from '../container/file-bytes.js';
import { epochOf } from '../records/zxid.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import { SEAL_BYTES } from '../snapshot/seal.js';
import { readLogEnd } from '../txnlog/log-end.js';
import { openTxnLog } from '../txnlog/read-log.js';
import { bareFacts, type FileFacts, type InspectedFile } from './file-facts.js';
import { type ReleaseHintName, releaseGuess } from './release-hints.js';

/** Looks at the header and the tail of a file. @throws FormatError, InputError where it does not begin as it should. */
export function inspectQuickly(target: InspectedFile): FileFacts {
  return target.file.kind === 'snapshot' ? quickSnapshot(target) : quickLog(target);
}

function quickSnapshot(target: InspectedFile): FileFacts {
  const reader = openSnapshot(target.file.path);
  const { sessionCount: sessions } = reader;
  reader.close();
  const { zxid, codec } = target.file;
  const epoch = zxid === null ? null : Number(epochOf(zxid));
  const facts = { ...bareFacts(target), sessions, firstEpoch: epoch, lastEpoch: epoch };
  const blocks = codec === 'raw' ? readTrailer(target.file.path) : null;
  if (blocks === null) return facts;
  const { hints, ...found } = blocks;
  return { ...facts, ...found, ...releaseGuess(hints) };
}

const MARK = Buffer.from([0, 0, 0, 1, 0x2f]);
const MOST = MARK.length + SEAL_BYTES + 33 + 21;

/** The blocks at the end of a raw snapshot; null where it does not end like one. */
function readTrailer(path: string) {
  const bytes = new FileBytes(path);
  try {
    const size = Math.min(MOST, bytes.size);
    const end = Buffer.alloc(size);
    bytes.readAt(end, bytes.size - size);
    if (!endsWithMark(end, size)) return null;
    // The tree ends in a mark, and the first seal behind it in another: 0, 21, 33 or 54 bytes before the end.
    const after = [0, 21, 33, 54].find((length) => {
      const seal = size - length;
      return endsWithMark(end, seal) && endsWithMark(end, seal - SEAL_BYTES);
    });
    if (after === undefined) return null;
    const start = size - after;
    const hasDigest = after >= 33;
    const hasZxid = after === 21 || after === 54;
    const hints: ReleaseHintName[] = [];
    if (hasDigest) hints.push('digest-block');
    if (hasZxid) hints.push('last-zxid-block');
    return {
      digestZxid: hasDigest ? end.readBigInt64BE(start) : null,
      digest: hasDigest ? end.readBigInt64BE(start + 12) : null,
      lastProcessedZxid: hasZxid ? end.readBigInt64BE(size - 21) : null,
      hints,
    };
  } finally {
    bytes.close();
  }
}

function endsWithMark(bytes: Buffer, end: number): boolean {
  return end >= MARK.length && bytes.subarray(end - MARK.length, end).equals(MARK);
}

function quickLog(target: InspectedFile): FileFacts {
  const reader = openTxnLog(target.file.path);
  try {
    const facts = bareFacts(target);
    for (const { header } of reader.records()) {
      const { zxid, time } = header;
      const first = { firstZxid: zxid, firstEpoch: Number(epochOf(zxid)), firstTime: time };
      return { ...facts, ...first, ...endOf(target) };
    }
    return { ...facts, txns: 0, tail: reader.tail?.kind ?? null, tailBytes: reader.tail?.bytes ?? null };
  } finally {
    reader.close();
  }
}

// Of a compressed log only reading it whole could tell.
function endOf({ file }: InspectedFile): Partial<FileFacts> {
  if (file.codec !== 'raw') return {};
  const { last, tail } = readLogEnd(file.path);
  const ends = { tail: tail.kind, tailBytes: tail.bytes };
  if (last === null) return ends;
  return { ...ends, lastZxid: last.zxid, lastEpoch: Number(epochOf(last.zxid)), lastTime: last.time };
}
