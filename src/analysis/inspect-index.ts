// inspect of an index: what it kept of the files it was made of. Nothing is read again, so what only the znodes of a
// snapshot tell is null where they are not loaded. That a closeSession listed no deletes is not kept, so the hint
// which that is to the release is missing.

import { epochOf } from '../records/zxid.js';
import type { SourceOptions } from '../source/source-options.js';
import type { IndexReader } from '../store/index-reader.js';
import type { IndexedLogFacts, IndexedSnapshotFacts, LoadedSnapshotFacts } from '../store/indexed-facts.js';
import type { IndexedFile } from '../store/indexed-files.js';
import { bareFacts, type FileFacts } from './file-facts.js';
import { type ServerFacts, serverFacts } from './inspect.js';
import { isReleaseHint, type ReleaseHintName, releaseGuess } from './release-hints.js';

/** A server of an index with its files. */
export interface IndexedServerFacts {
  readonly server: ServerFacts;
  readonly files: readonly FileFacts[];
}

/** The rows of every server of an index; their problems are reported as they are stored. */
export function inspectIndex(
  reader: IndexReader,
  { onProblem }: Pick<SourceOptions, 'onProblem'>,
): IndexedServerFacts[] {
  for (const problem of reader.problems()) onProblem(problem);
  const places = new Map(reader.places().map((place) => [place.serverId, place]));
  const files = reader.files();
  return reader.servers().map(({ id, cluster, name }) => {
    const server = `${reader.file}#${cluster}/${name}`;
    const rows = files.filter(({ serverId }) => serverId === id).map((file) => fileFacts(server, file));
    return { server: serverFacts(server, { ...places.get(id)!, others: [] }, rows), files: rows };
  });
}

function fileFacts(server: string, indexed: IndexedFile): FileFacts {
  const { file: shown, kind, content, codec, size, zxid, problems, isGone, snapshot, log } = indexed;
  const bare = {
    ...bareFacts({ server, shown, file: { path: shown, kind, content, codec, size, zxid } }),
    problems,
    ...(isGone ? { gone: true } : {}),
  };
  const checksums = (isSound: boolean) => (isSound ? 'right' : indexed.hasWrongChecksum ? 'wrong' : null);
  const epoch = (value: bigint | null) => (value === null ? null : Number(epochOf(value)));
  if (snapshot !== null) {
    const { isSound, newestZxid, znodes, sessions, dataBytes, loaded } = snapshot;
    const { digestZxid, digest, lastProcessedZxid } = snapshot;
    const kinds = loaded === null ? {} : kindsOf(loaded);
    const ends = [newestZxid, digestZxid ?? 0n, lastProcessedZxid ?? 0n];
    return {
      ...bare,
      ...kinds,
      ...releaseGuess(snapshotHints(indexed, snapshot)),
      lastZxid: newestZxid,
      firstEpoch: epoch(zxid),
      lastEpoch: epoch(zxid),
      lastTime: loaded === null || loaded.newestMtime === 0n ? null : loaded.newestMtime,
      checksums: checksums(isSound),
      sound: isSound,
      fuzzy: ends.some((end) => end > zxid),
      ...{ znodes, sessions, dataBytes, digestZxid, digest, lastProcessedZxid },
    };
  }
  // What does not begin like a log was not looked at.
  if (log === null) return content === kind ? { ...bare, sound: false } : bare;
  const { firstZxid, lastZxid, firstTime, lastTime, txns, ops, skipped, tail, tailOffset } = log;
  const isSound = skipped === 0 && tail !== 'corrupt';
  return {
    ...bare,
    ...releaseGuess(logHints(log)),
    ...{ firstZxid, lastZxid, firstTime, lastTime, txns, ops, skipped, tail },
    firstEpoch: epoch(firstZxid),
    lastEpoch: epoch(lastZxid),
    checksums: checksums(isSound),
    sound: isSound,
    tailBytes: codec === 'raw' ? size - tailOffset : null,
  };
}

function kindsOf({ persistent, ephemeral, container, ttl, acls }: LoadedSnapshotFacts): Partial<FileFacts> {
  return { persistent, ephemeral, container, ttl, acls };
}

function* snapshotHints(
  { codec }: IndexedFile,
  { digest, lastProcessedZxid, loaded }: IndexedSnapshotFacts,
): Generator<ReleaseHintName> {
  if (codec !== 'raw') yield 'compressed';
  if (digest !== null) yield 'digest-block';
  if (lastProcessedZxid !== null) yield 'last-zxid-block';
  if (loaded === null) return;
  if (loaded.hasConfig) yield 'config';
  if (loaded.container > 0) yield 'container';
  if (loaded.ttl > 0) yield 'ttl';
}

function* logHints({
  ops,
  hasDigests,
  hasCreateV0,
  hasQuotaExceeded,
}: IndexedLogFacts): Generator<ReleaseHintName> {
  const names = Object.keys(ops);
  yield* names.filter(isReleaseHint);
  if (hasDigests) yield 'txn-digest';
  // Errors never have one.
  else if (names.some((name) => name !== 'error')) yield 'no-txn-digest';
  if (hasCreateV0) yield 'create-v0';
  if (hasQuotaExceeded) yield 'quota-exceeded';
}
