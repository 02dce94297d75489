// Which files of a directory a server takes for snapshots and logs, by their names and folders.
import { dirname, resolve } from 'node:path';
import type { DataDir, DataFile } from './data-dir.js';
import { hasTrait, type Release } from './release.js';

/** A file whose name a server does not see. */
export interface IgnoredFile {
  readonly file: string;
  readonly why: string;
}

/** Files that a server sees, by zxid, oldest first, and those it does not. */
export interface SeenFiles {
  readonly snapshots: readonly DataFile[];
  readonly logs: readonly DataFile[];
  readonly ignored: readonly IgnoredFile[];
}

/** Looks at names only. */
export function seenFiles(dir: DataDir, release: Release): SeenFiles {
  const ignored: IgnoredFile[] = [];
  const seesMore = hasTrait(release, 'seesMoreNameParts');
  const isSeen = (folder: string) => (file: DataFile) => {
    if (resolve(dirname(file.path)) !== resolve(folder)) {
      ignored.push({ file: file.path, why: `${file.kind}s are looked for in ${folder}` });
      return false;
    }
    if (file.extension === null || seesMore) return true;
    const why = `up to 3.5 a name has two parts, ${file.kind}.${file.zxid.toString(16)}`;
    ignored.push({ file: file.path, why });
    return false;
  };
  const snapshots = dir.snapshots.filter(isSeen(dir.snapDir));
  const logs = dir.logs.filter(isSeen(dir.logDir));
  return { snapshots, logs, ignored };
}
