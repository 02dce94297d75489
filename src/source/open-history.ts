// Opening what a person named as the history of znodes. Files and indexes are loaded apart: each is half of start-up.
import type { HistorySource } from './history-source.js';
import { type Resolved, resolve } from './resolve.js';
import type { SourceOptions } from './source-options.js';

/**
 * Opens a SOURCE as a history of znodes; close it afterwards.
 * @throws UsageError where there is no such SOURCE or it leaves a choice; InputError where it cannot be read.
 */
export async function openHistory(text: string, options: SourceOptions): Promise<HistorySource> {
  return openResolvedHistory(resolve(text, options), options);
}

/** Opens what was resolved; what was unpacked for it is removed where that fails. */
export async function openResolvedHistory(
  resolved: Resolved,
  options: SourceOptions,
): Promise<HistorySource> {
  try {
    if (resolved.kind === 'index') {
      const { openIndexHistory } = await import('./history-index.js');
      return openIndexHistory(resolved.path, resolved.who, options);
    }
    const { openFileHistory } = await import('./history-files.js');
    return openFileHistory(resolved, options);
  } catch (error) {
    resolved.close();
    throw error;
  }
}
