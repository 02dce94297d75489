// Saying that the logs are elsewhere: a tree without them looks as if nothing had been done since.
import type { DataDir } from '../datadir/data-dir.js';
import type { SourceLog } from './source-log.js';

/** Notes that a directory has no logs, or none where its zoo.cfg has them. `name` is what the directory is called. */
export function noteLogDir(dir: DataDir, name: string, log: Pick<SourceLog, 'note'>): void {
  const text = logDirNote(dir, name);
  if (text !== null) log.note(text);
}

function logDirNote({ logs, snapDir, logDir, config }: DataDir, name: string): string | null {
  const dataLogDir = config?.dataLogDir?.trim();
  const isElsewhere =
    dataLogDir !== undefined && dataLogDir !== config?.dataDir?.trim() && logDir === snapDir;
  if (logs.length === 0) {
    const where = isElsewhere
      ? `its zoo.cfg has them in ${dataLogDir}`
      : 'if they lie elsewhere (dataLogDir)';
    return `${name}: no logs here, so it is not known what came after its snapshots; ${where}, add --log-dir FOLDER`;
  }
  if (!isElsewhere) return null;
  return `${name}: its zoo.cfg has its logs in ${dataLogDir}, and those beside its snapshots are read; add --log-dir FOLDER`;
}

/** The same for a cluster of an index, which has no logs. */
export function noLogsNote(name: string): string {
  return `${name}: no logs were indexed, so it is not known what came after its snapshots`;
}
