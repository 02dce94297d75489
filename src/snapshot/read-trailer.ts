// What stands behind the tree of a snapshot: seals, and between them the blocks that later releases added.
//
//   seal #1 · [digest block · seal] · [lastZxid block · seal]
import type { ByteWindow } from '../container/byte-window.js';
import type { Layout } from '../jute/layout.js';
import type { Place } from '../jute/place.js';
import type { ProblemCode } from '../problems.js';
import { formatHex } from '../records/zxid.js';
import {
  DIGEST_BLOCK_BYTES,
  digestBlockLayout,
  LAST_ZXID_BLOCK_BYTES,
  lastZxidBlockLayout,
  SEAL_BYTES,
  SEAL_MARK,
  type SealCheck,
  type SnapshotDigest,
  type SnapshotTrailer,
} from './seal.js';

/** Takes a problem, at an offset in the plain stream. */
type Report = (code: ProblemCode, offset: number, expected: string, found: string, where?: string) => void;

/** Reads one record of fixed length. @throws FormatError (`truncated`) where the stream ends before. */
export function readFixed<T>(window: ByteWindow, layout: Layout<T>, bytes: number, place: Place): T {
  window.require(bytes, layout.name);
  const { value } = layout.decode(window.buffer, place, window.position, window.position + bytes);
  window.position += bytes;
  return value;
}

/**
 * Reads from behind the terminator to the end of the stream and checks every seal.
 * @throws FormatError (`truncated`) where the stream ends inside a block.
 */
export function readTrailer(window: ByteWindow, place: Place, report: Report): SnapshotTrailer {
  const seals = new SealReader(window, report);
  const checks = [seals.next('snapshot-checksum')];
  let digest: SnapshotDigest | null = null;
  let lastProcessedZxid: bigint | null = null;
  const withDigest = DIGEST_BLOCK_BYTES + SEAL_BYTES;
  const withZxid = LAST_ZXID_BLOCK_BYTES + SEAL_BYTES;
  const left = window.load(withDigest + withZxid + 1);
  // Bytes that are no block are reported below; a cut file has fewer than its first block needs.
  const hasDigest = left === withDigest || left >= withDigest + withZxid;
  if (hasDigest) {
    digest = readFixed(window, digestBlockLayout, DIGEST_BLOCK_BYTES, place);
    checks.push(seals.next('snapshot-trailer-checksum'));
  }
  // With more behind it, its mark tells it from what is no block.
  const hasMark = hasDigest && hasMarkAfter(window, withZxid);
  if (left === withZxid || left === withDigest + withZxid || hasMark) {
    const block = readFixed(window, lastZxidBlockLayout, LAST_ZXID_BLOCK_BYTES, place);
    lastProcessedZxid = block.lastProcessedZxid;
    checks.push(seals.next('snapshot-trailer-checksum'));
  }
  if (!window.atEnd()) {
    const { offset } = window;
    const more = window.skip(Number.MAX_SAFE_INTEGER);
    const isCut = !hasDigest && left < withDigest + withZxid;
    report(
      isCut ? 'snapshot-trailer-cut' : 'snapshot-trailing-bytes',
      offset,
      '0, 21, 33 or 54 bytes after the first seal',
      isCut ? `${left} bytes` : `${more} bytes more`,
    );
  }
  return { seals: checks, digest, lastProcessedZxid };
}

/** True where a seal's mark ends the next so many bytes. */
function hasMarkAfter(window: ByteWindow, bytes: number): boolean {
  if (window.load(bytes) < bytes) return false;
  const end = window.position + bytes;
  return window.buffer.toString('hex', end - SEAL_MARK.length / 2, end) === SEAL_MARK;
}

class SealReader {
  readonly #window: ByteWindow;
  readonly #report: Report;
  #hasWrong = false;

  constructor(window: ByteWindow, report: Report) {
    this.#window = window;
    this.#report = report;
  }

  /** Reads the next seal; one that is wrong is reported under `code`. */
  next(code: ProblemCode): SealCheck {
    const window = this.#window;
    const { offset } = window;
    const expected = window.checksum();
    window.require(SEAL_BYTES, 'seal');
    const found = window.view.getBigInt64(window.position);
    const mark = window.buffer.toString('hex', window.position + 8, window.position + SEAL_BYTES);
    window.position += SEAL_BYTES;
    const isRight = found === BigInt(expected);
    // The sum goes on over all bytes, so one wrong seal makes those behind it wrong: only the first says something.
    if (!isRight && !this.#hasWrong) {
      this.#hasWrong = true;
      this.#report(code, offset, `Adler-32 ${formatHex(BigInt(expected))}`, formatHex(found), 'seal');
    } else if (isRight && mark !== SEAL_MARK) {
      // No checksum covers the last one, but servers pass over a file that does not end with it.
      this.#report(code, offset + 8, `the mark ${SEAL_MARK}`, mark, 'seal');
    }
    return { offset, expected, found, isRight };
  }
}
