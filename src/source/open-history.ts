// Opening what a person named as the history of znodes. Files and indexes are loaded apart: each is half of start-up.
import type { Zxid } from '../records/zxid.js';
import type { HistorySource } from './history-source.js';
import { type Resolved, resolve, resolveTree } from './resolve.js';
import type { SourceOptions } from './source-options.js';

/**
 * Opens a SOURCE as a history of znodes; close it afterwards.
 * @throws UsageError where there is no such SOURCE or it leaves a choice; InputError where it cannot be read.
 */
export async function openHistory(text: string, options: SourceOptions): Promise<HistorySource> {
  return closedOnError(resolve(text, options), (resolved) => opened(resolved, options));
}

/** A history, and the last zxid of it that is asked for; null for all there is. */
export interface HistoryUpTo {
  readonly source: HistorySource;
  readonly upTo: Zxid | null;
}

/**
 * Opens a SOURCE, of a directory or an index also up to a moment (`backup/zk1@0x50000002f`).
 * @throws as openHistory does, and UsageError for a moment that nothing here reaches.
 */
export async function openHistoryUpTo(text: string, options: SourceOptions): Promise<HistoryUpTo> {
  return closedOnError(resolveTree(text, options), async (resolved) => {
    const source = await opened(resolved, options);
    const when = 'when' in resolved ? resolved.when : null;
    if (when === null || source.survey === undefined) return { source, upTo: null };
    try {
      const { historyEnd } = await import('./history-end.js');
      const place = { name: source.name, snapshots: source.snapshotZxids(), survey: source.survey(when) };
      return { source, upTo: historyEnd(place, when, options.onNote) };
    } catch (error) {
      source.close();
      throw error;
    }
  });
}

async function opened(resolved: Resolved, options: SourceOptions): Promise<HistorySource> {
  if (resolved.kind === 'index') {
    const { openIndexHistory } = await import('./history-index.js');
    return openIndexHistory(resolved.path, resolved.who, options);
  }
  const { openFileHistory } = await import('./history-files.js');
  return openFileHistory(resolved, options);
}

/** What was unpacked for a SOURCE is removed where it cannot be opened. */
async function closedOnError<T>(resolved: Resolved, open: (resolved: Resolved) => Promise<T>): Promise<T> {
  try {
    return await open(resolved);
  } catch (error) {
    resolved.close();
    throw error;
  }
}
