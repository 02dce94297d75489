// inspect: a snapshot read to its end, every checksum checked, nothing decoded that is not counted.
import { fileChanged } from '../container/file-changed.js';
import type { OnProblem } from '../problems.js';
import { kindOf, type ZnodeKind } from '../records/kind.js';
import { epochOf } from '../records/zxid.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import {
  bareFacts,
  type FileFacts,
  type InspectedFile,
  type OnBytes,
  type SnapshotVisitor,
} from './file-facts.js';
import { type ReleaseHintName, releaseGuess } from './release-hints.js';

// Offsets in a StatPersisted.
const MZXID = 8;
const MTIME = 24;
const OWNER = 44;
const PZXID = 52;
const CONFIG_PATH = '/zookeeper/config';

/** Reads a snapshot for its facts. @throws FormatError, InputError where it does not begin like one. */
export function inspectSnapshot(
  target: InspectedFile,
  onProblem: OnProblem,
  onBytes: OnBytes,
  visitor: SnapshotVisitor | null = null,
): FileFacts {
  const reader = openSnapshot(target.file.path, (found) => {
    visitor?.problem(found);
    onProblem(found);
  });
  try {
    const counts = count(reader, onBytes, visitor);
    visitor?.end(reader);
    const change = fileChanged(reader.stream);
    if (change !== null) onProblem(change);
    const { trailer } = reader;
    const { zxid } = target.file;
    const ends = [counts.newest, trailer?.digest?.zxid ?? 0n, trailer?.lastProcessedZxid ?? 0n];
    const epoch = zxid === null ? null : Number(epochOf(zxid));
    return {
      ...bareFacts(target),
      ...{ firstEpoch: epoch, lastEpoch: epoch },
      lastZxid: counts.newest,
      lastTime: counts.newestTime === 0 ? null : BigInt(counts.newestTime),
      checksums: trailer === null ? null : trailer.seals.every(({ isRight }) => isRight) ? 'right' : 'wrong',
      sound: reader.isSound,
      znodes: reader.znodeCount,
      ...counts.kinds,
      sessions: reader.sessionCount,
      acls: counts.acls,
      dataBytes: counts.dataBytes,
      digestZxid: trailer?.digest?.zxid ?? null,
      digest: trailer?.digest?.digest ?? null,
      lastProcessedZxid: trailer?.lastProcessedZxid ?? null,
      fuzzy: zxid === null || trailer === null ? null : ends.some((end) => end > zxid),
      ...releaseGuess(hintsOf(target, reader, counts)),
    };
  } finally {
    reader.close();
  }
}

interface Counts {
  readonly acls: number;
  readonly kinds: Readonly<Record<ZnodeKind, number>>;
  readonly dataBytes: number;
  readonly newest: bigint;
  /** Milliseconds since 1970. */
  readonly newestTime: number;
  readonly hasConfig: boolean;
}

// Hot: a number read as two halves costs a tenth of a bigint, so that counting adds little to the checksum.
function count(reader: SnapshotReader, onBytes: OnBytes, visitor: SnapshotVisitor | null): Counts {
  let acls = 0;
  if (visitor !== null) for (const session of reader.sessions()) visitor.session(session);
  for (const acl of reader.acls()) {
    acls++;
    visitor?.acl(acl, reader.offset);
  }
  const kinds = { persistent: 0, ephemeral: 0, container: 0, ttl: 0 };
  let dataBytes = 0;
  let newestHigh = 0;
  let newestLow = 0;
  let newestTime = 0;
  let hasConfig = false;
  for (const znode of reader.znodes()) {
    const { view, statStart, dataLength } = znode;
    if (dataLength > 0) dataBytes += dataLength;
    const ownerHigh = view.getInt32(statStart + OWNER);
    const ownerLow = view.getInt32(statStart + OWNER + 4);
    if (ownerHigh === 0 && ownerLow === 0) kinds.persistent++;
    else kinds[kindOf(view.getBigInt64(statStart + OWNER)).kind]++;
    for (let at = statStart + MZXID; at <= statStart + PZXID; at += PZXID - MZXID) {
      const high = view.getInt32(at);
      if (high < newestHigh) continue;
      const low = view.getUint32(at + 4);
      if (high > newestHigh || low > newestLow) {
        newestHigh = high;
        newestLow = low;
      }
    }
    const time = view.getInt32(statStart + MTIME) * 2 ** 32 + view.getUint32(statStart + MTIME + 4);
    if (time > newestTime) newestTime = time;
    if (znode.pathEnd - znode.pathStart === CONFIG_PATH.length) hasConfig ||= znode.path === CONFIG_PATH;
    visitor?.znode(znode);
    if ((znode.ordinal & 0xfff) === 0) onBytes(reader.fileBytesRead);
  }
  const newest = (BigInt(newestHigh) << 32n) | BigInt(newestLow);
  return { acls, kinds, dataBytes, newest, newestTime, hasConfig };
}

function* hintsOf(
  { file }: InspectedFile,
  { trailer }: SnapshotReader,
  { kinds, hasConfig }: Counts,
): Generator<ReleaseHintName> {
  if (trailer?.digest != null) yield 'digest-block';
  if (trailer?.lastProcessedZxid != null) yield 'last-zxid-block';
  if (file.codec !== 'raw') yield 'compressed';
  if (hasConfig) yield 'config';
  if (kinds.container > 0) yield 'container';
  if (kinds.ttl > 0) yield 'ttl';
}
