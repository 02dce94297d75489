// What was found in the files of a directory, so that it is judged for many servers by reading each file once.
import type { DataFile } from './data-dir.js';
import { type LogFacts, readLogFacts } from './log-facts.js';
import { readSnapshotFacts, type SnapshotFacts } from './snapshot-facts.js';

/** Facts of files, read when they are asked for first. */
export class BootFiles {
  readonly #snapshots = new Map<string, SnapshotFacts>();
  readonly #logs = new Map<string, LogFacts>();

  /** Has facts known that were found as the file was read for something else. */
  know(facts: { readonly snapshot: SnapshotFacts } | { readonly log: LogFacts }): void {
    if ('snapshot' in facts) this.#snapshots.set(facts.snapshot.file, facts.snapshot);
    else this.#logs.set(facts.log.file, facts.log);
  }

  snapshot({ path, zxid }: DataFile): SnapshotFacts {
    const known = this.#snapshots.get(path) ?? readSnapshotFacts(path, zxid);
    this.#snapshots.set(path, known);
    return known;
  }

  log({ path }: DataFile): LogFacts {
    const known = this.#logs.get(path) ?? readLogFacts(path);
    this.#logs.set(path, known);
    return known;
  }
}
