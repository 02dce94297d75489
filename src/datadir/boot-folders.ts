// What stops a server before it opens a file: folders that were exchanged, and logs without a snapshot.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BootStop, PassedOver } from './boot-outcome.js';
import type { DataDir } from './data-dir.js';
import { hasTrait } from './release.js';
import type { SeenFiles } from './seen-files.js';
import type { ServerSettings } from './server-settings.js';

/** Where dataDir and dataLogDir differ, one must hold no logs and the other no snapshots (FileTxnSnapLog). */
export function swappedStop({ snapDir, logDir }: DataDir, { release }: ServerSettings): BootStop | null {
  if (snapDir === logDir || !hasTrait(release, 'checksSwappedDirectories')) return null;
  const snapshot = firstNamed(logDir, 'snapshot.');
  const log = firstNamed(snapDir, 'log.');
  // The log folder is looked at first.
  if (snapshot !== undefined) {
    return {
      ...SWAPPED,
      error: 'Log directory has snapshot files. Check if dataLogDir and dataDir configuration is correct.',
      file: join(logDir, snapshot),
      expected: 'no snapshot.* in dataLogDir',
      found: snapshot,
    };
  }
  if (log === undefined) return null;
  return {
    ...SWAPPED,
    error: 'Snapshot directory has log files. Check if dataLogDir and dataDir configuration is correct.',
    file: join(snapDir, log),
    expected: 'no log.* in dataDir',
    found: log,
  };
}

const SWAPPED = {
  code: 'directories-swapped',
  offset: null,
  why: 'dataDir and dataLogDir were exchanged, or logs were once kept with the snapshots (ZOOKEEPER-2967)',
  todo: 'Check which folder belongs where; then, in a copy, move the files into the folder of their kind.',
} as const;

function firstNamed(folder: string, start: string): string | undefined {
  return readdirSync(folder)
    .sort()
    .find((name) => name.startsWith(start));
}

/** Logs are there, and nothing that may be a snapshot (FileTxnSnapLog.restore). */
export function noSnapshotStop(
  dir: DataDir,
  seen: SeenFiles,
  passedOver: readonly PassedOver[],
  { release }: ServerSettings,
): BootStop {
  const stop = {
    code: 'snapshot-none',
    error: 'No snapshot found, but there are log entries. Something is broken!',
    file: null,
    offset: null,
    expected: 'a snapshot',
  } as const;
  const unseen = dir.snapshots.find((file) => !seen.snapshots.includes(file));
  if (unseen !== undefined) {
    return {
      ...stop,
      found: `only names it does not see, ${unseen.name}`,
      why: `${release.text} sees no compressed snapshots, nor any name of more than two parts`,
      todo: 'In a copy, decompress the snapshot and take the extension from its name.',
    };
  }
  const count = passedOver.length;
  return {
    ...stop,
    found: count === 0 ? 'none' : `${count} that do not look right from outside`,
    why: 'there are logs, if only by their names, and no snapshot: the server takes it that the snapshot was lost',
    todo: 'Bring the snapshot. Only where the logs begin with the first txn there ever was (0x1, from 3.4) is -Dzookeeper.snapshot.trust.empty=true safe, from 3.5.7 on.',
  };
}
