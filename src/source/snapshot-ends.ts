// Where the snapshots of a directory end, each read once at most.
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import type { Zxid } from '../records/zxid.js';
import { type EndSurvey, surveyEnd } from '../tree/snapshot-survey.js';
import type { MomentCandidate } from './moment-plan.js';
import { readOrReport } from './read-or-report.js';
import type { SourceLog } from './source-log.js';

/** A snapshot that a replay can begin with, if it is sound. */
export class SnapshotCandidate implements MomentCandidate {
  readonly isNewTree = false;
  readonly file: DataFile;
  readonly #log: SourceLog;
  #survey: EndSurvey | null | undefined;

  constructor(file: DataFile, log: SourceLog) {
    this.file = file;
    this.#log = log;
  }

  get name(): string {
    return this.file.name;
  }

  get zxid(): bigint {
    return this.file.zxid;
  }

  end = () => this.survey?.end ?? null;

  digestZxid(): Zxid | null {
    return this.survey?.trailer?.digest?.zxid ?? null;
  }

  /** End and trailer; null where the file is damaged. */
  get survey(): EndSurvey | null {
    if (this.#survey === undefined) {
      const { path, zxid } = this.file;
      const read = () => surveyEnd(path, zxid, this.#log.report);
      const survey = readOrReport(path, this.#log.report, read);
      this.#survey = survey?.isSound ? survey : null;
    }
    return this.#survey;
  }
}

/** The snapshots of a directory, oldest first. */
export function snapshotCandidates(dir: DataDir, log: SourceLog): SnapshotCandidate[] {
  const files = dir.snapshots.filter(({ content }) => content === 'snapshot');
  return files.map((file) => new SnapshotCandidate(file, log));
}
