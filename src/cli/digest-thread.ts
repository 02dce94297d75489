// A thread that hashes one snapshot file, while the other of a diff is hashed in the main thread.
import { parentPort, workerData } from 'node:worker_threads';
import { type DigestWish, digestSnapshot } from '../analysis/digest-snapshot.js';

/** What a thread is started with. */
export interface DigestThreadData {
  readonly file: string;
  readonly wish: DigestWish;
}

const { file, wish } = workerData as DigestThreadData;
const table = digestSnapshot(file, wish);
const chunks = table === null ? [] : [...table.chunks, ...table.cversions];
parentPort!.postMessage(
  table,
  chunks.map(({ buffer }) => buffer),
);
