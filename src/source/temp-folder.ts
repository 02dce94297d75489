// A private folder for a while, gone however the process ends.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removedAtEnd } from '../removed-at-end.js';

/** A folder that only this user can enter (0700). */
export interface TempFolder {
  readonly path: string;
  /** Removes the folder and what is in it; a second call does nothing. */
  remove(): void;
}

/** Makes a folder under the system's temporary folder. */
export function makeTempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'zoolog-'));
  return { path, remove: removedAtEnd([path]) };
}
