// inspect of an index: what it kept of the files it was made of. Nothing is read again, so what only a whole reading
// tells (kinds of znodes, ops, releases) is null; sql has it.

import { epochOf } from '../records/zxid.js';
import type { SourceOptions } from '../source/source-options.js';
import type { IndexReader } from '../store/index-reader.js';
import type { IndexedFile } from '../store/indexed-files.js';
import { bareFacts, type FileFacts } from './file-facts.js';
import { type ServerFacts, serverFacts } from './inspect.js';
import { type ReleaseHintName, releaseGuess } from './release-hints.js';

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
  const { file: shown, kind, content, codec, size, zxid, problems, snapshot, log } = indexed;
  const bare = {
    ...bareFacts({ server, shown, file: { path: shown, kind, content, codec, size, zxid } }),
    problems,
  };
  const epoch = (value: bigint | null) => (value === null ? null : Number(epochOf(value)));
  if (snapshot !== null) {
    const { isSound, newestZxid, newestMtime, znodes, sessions, dataBytes } = snapshot;
    const { digestZxid, digest, lastProcessedZxid } = snapshot;
    const hints: ReleaseHintName[] = codec === 'raw' ? [] : ['compressed'];
    if (digest !== null) hints.push('digest-block');
    if (lastProcessedZxid !== null) hints.push('last-zxid-block');
    return {
      ...bare,
      ...releaseGuess(hints),
      lastZxid: newestZxid,
      firstEpoch: epoch(zxid),
      lastEpoch: epoch(zxid),
      lastTime: newestMtime,
      checksums: isSound ? 'right' : null,
      sound: isSound,
      fuzzy: newestZxid > zxid,
      ...{ znodes, sessions, dataBytes, digestZxid, digest, lastProcessedZxid },
    };
  }
  if (log === null) return { ...bare, sound: false };
  const { firstZxid, lastZxid, firstTime, lastTime, txns, skipped, tail, tailOffset } = log;
  const isSound = skipped === 0 && tail !== 'corrupt';
  return {
    ...bare,
    ...{ firstZxid, lastZxid, firstTime, lastTime, txns, skipped, tail },
    firstEpoch: epoch(firstZxid),
    lastEpoch: epoch(lastZxid),
    checksums: isSound ? 'right' : null,
    sound: isSound,
    tailBytes: codec === 'raw' ? size - tailOffset : null,
  };
}
