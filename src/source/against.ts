// A server's directory beside those of the other members, as what they agreed on: an index for a while.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { buildIndex } from '../store/build-index.js';
import { openIndexInputs } from './index-inputs.js';
import { parseSource } from './parse.js';
import type { SourceOptions } from './source-options.js';
import { makeTempFolder } from './temp-folder.js';

const CLUSTER = 'all';

/** What takes the place of a SOURCE. */
export interface Against {
  readonly source: string;
  /** A text in which the place of the index is the SOURCE as it was typed. */
  shown(text: string): string;
  close(): void;
}

/**
 * Reads the directories of several members of one ensemble.
 * @throws UsageError where one is none, or `source` is one of several servers.
 */
export function readAgainst(source: string, others: readonly string[], options: SourceOptions): Against {
  const { path, who } = parseSource(source, existsSync, options.timeZone);
  if (who !== null) throw new UsageError(`${source}: --against goes with a directory`, 'name its path');
  const moment = source.slice(path.length);
  const folder = makeTempFolder();
  const inputs = openIndexInputs(
    [path, ...others].map((one) => `${CLUSTER}=${one}`),
    options,
  );
  try {
    const index = join(folder.path, 'index.db');
    buildIndex(index, inputs.clusters, {
      snapshots: 'all',
      onProblem: options.onProblem,
      onProgress: (done, total) => options.onProgress?.('comparing', done, total),
    });
    const typed = [path, ...others].join(', ');
    return {
      source: `${index}#${CLUSTER}${moment}`,
      shown: (text) => text.replaceAll(`${index}#${CLUSTER}`, typed).replaceAll(index, typed),
      close: () => folder.remove(),
    };
  } catch (error) {
    folder.remove();
    throw error;
  } finally {
    inputs.close();
  }
}
