// The tree in one snapshot file.
import type { Session } from '../snapshot/session.js';
import { ReplayedTree } from './replayed-tree.js';
import { type ScannedFacts, ScannedSource } from './scanned-source.js';
import { SnapshotScan } from './snapshot-scan.js';
import { sortedSessions } from './sorted-sessions.js';
import type { SourceLog } from './source-log.js';

/** A ZnodeSource over one snapshot file. */
export class SnapshotSource extends ScannedSource {
  readonly snapshotFile: string;
  readonly replayed: ReplayedTree;
  readonly #scan: SnapshotScan;

  /** @throws InputError where there is no such file. */
  constructor(file: string, facts: ScannedFacts, log: SourceLog, release: () => void = () => {}) {
    const scan = new SnapshotScan(file, log);
    super(scan, scan, facts, log, release);
    this.snapshotFile = file;
    this.replayed = new ReplayedTree(file, null, () => this);
    this.#scan = scan;
  }

  sessions(): Generator<Session> {
    return sortedSessions(this.#scan.sessions());
  }
}
