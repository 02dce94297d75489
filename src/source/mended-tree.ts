// The tree of a directory whose logs are damaged, past the damage.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../datadir/data-dir.js';
import { UsageError } from '../errors.js';
import { LogMender, type Mending } from './mend-logs.js';
import { openMoment } from './open-moment.js';
import { resolveTree } from './resolve.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';
import type { ZnodeSource } from './sources.js';
import { makeTempFolder } from './temp-folder.js';

/** A tree, and what was done to have it. */
export interface MendedTree {
  readonly tree: ZnodeSource;
  readonly done: readonly string[];
  /** Txns that were passed over. */
  readonly missing: number;
}

/**
 * Opens the tree of a directory as `openTree` does, with its logs mended in a temporary folder first.
 * @throws UsageError for a SOURCE that is no directory.
 */
export function openMendedTree(text: string, how: Mending, options: SourceOptions): MendedTree {
  const resolved = resolveTree(text, options);
  const folder = makeTempFolder();
  const close = () => {
    folder.remove();
    resolved.close();
  };
  try {
    if (resolved.kind !== 'directory') {
      throw new UsageError(`${resolved.name}: only the logs of a directory are mended`, 'name the directory');
    }
    const { dir, name, when } = resolved;
    const logDir = join(folder.path, 'version-2');
    mkdirSync(logDir);
    const done: string[] = [];
    const log = new SourceLog(options, (file) => {
      const mended = mender.nameOf(file);
      return mended === null ? resolved.shown(file) : `${name}: ${mended}, mended`;
    });
    const mender = new LogMender(how, logDir, (line) => done.push(line), log.report);
    for (const file of dir.logs) if (file.content === 'log') mender.mend(file);
    const mended = { ...openDataDir(dir.path, { logDir }), problems: dir.problems };
    const tree = openMoment({ ...resolved, dir: mended, siblings: [], close }, when, log);
    return { tree, done, missing: mender.missing };
  } catch (error) {
    close();
    throw error;
  }
}
