// A thread that makes the second part of a comparison of loaded snapshots, while the main thread makes the first.
import { parentPort, workerData } from 'node:worker_threads';
import { compareLoadedPart, type LoadedWish } from '../analysis/compare-loaded.js';

const part = compareLoadedPart(workerData as LoadedWish, 1);
parentPort!.postMessage(part, [part.ofA.buffer, part.ofB.buffer]);
