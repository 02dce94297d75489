// Which logs a server reads behind its snapshot, and how far it comes (FileTxnLog.FileTxnIterator,
// FileTxnSnapLog.fastForwardFromEdits, ZKDatabase.addCommittedProposal).
import { opName } from '../records/op-code.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import { endStop, gapStop, hazardStop, headerStop } from './boot-log-stops.js';
import type { AddNote, BootStop, ReadLog } from './boot-outcome.js';
import type { DataFile } from './data-dir.js';
import type { LogFacts, LogHazard } from './log-facts.js';
import { hasTrait, readsOp, readsOpInMulti } from './release.js';
import type { ServerSettings } from './server-settings.js';

/** What reading the logs comes to. */
export interface LogsRead {
  /** Null where all was read. */
  readonly stop: BootStop | null;
  readonly logs: readonly ReadLog[];
  /** Logs of which nothing but the deletion is left. */
  readonly deleted: readonly DataFile[];
  /** The highest zxid applied, or that of the snapshot. */
  readonly zxid: Zxid;
  /** Txns applied. */
  readonly txns: number;
}

/** The logs that a server opens for `from`, in order: those named from there on, and the one before. */
export function logsFrom(visible: readonly DataFile[], from: Zxid): DataFile[] {
  const before = visible.filter(({ zxid }) => zxid < from).at(-1);
  return [...(before === undefined ? [] : [before]), ...visible.filter(({ zxid }) => zxid >= from)];
}

/** Reads what follows the snapshot at `snapshotZxid`. `visible` are the logs whose names are seen, by zxid. */
export function readLogs(
  visible: readonly DataFile[],
  snapshotZxid: Zxid,
  settings: ServerSettings,
  factsOf: (file: DataFile) => LogFacts,
  note: AddNote,
): LogsRead {
  const files = logsFrom(visible, snapshotZxid + 1n);
  const replay = new ReplayedZxids(snapshotZxid, hasTrait(settings.release, 'refusesGaps'), note);
  const logs: ReadLog[] = [];
  const deleted: DataFile[] = [];
  let stop: BootStop | null = null;
  for (const [index, file] of files.entries()) {
    const facts = factsOf(file);
    const isLast = index === files.length - 1;
    if (facts.header === 'empty' && isLast && hasTrait(settings.release, 'deletesEmptyLastLog')) {
      deleted.push(file);
      break;
    }
    const before = replay.txns;
    stop = readOne(facts, settings, replay, note);
    logs.push({ file: file.path, txns: replay.txns - before });
    if (stop !== null) break;
  }
  return { stop, logs, deleted, zxid: replay.zxid, txns: replay.txns };
}

function readOne(
  facts: LogFacts,
  settings: ServerSettings,
  replay: ReplayedZxids,
  note: AddNote,
): BootStop | null {
  if (facts.end === null) return headerStop(facts);
  const hazard = facts.hazards.find((one) => stopsAt(one, settings));
  const place = hazard ?? facts.end;
  for (const run of facts.runs) {
    if (run.offset >= place.offset) break;
    const isCut = place.zxid !== null && place.zxid > run.from && place.zxid <= run.to;
    const to = isCut ? place.zxid - 1n : run.to;
    const gap = replay.add(run.from, to, { file: facts.file, offset: run.offset });
    if (gap !== null) return gap;
  }
  if (hazard !== undefined) return hazardStop(facts, hazard, settings);
  noteParts(facts, replay.from, settings, note);
  return endStop(facts, facts.end, settings, note);
}

function stopsAt({ kind, value }: LogHazard, settings: ServerSettings): boolean {
  if (kind === 'op') return !readsOp(settings.release, value);
  return value > settings.limit && (kind === 'length' || settings.readsCloseSessionLists);
}

/** The zxids of a replay, as they come. */
class ReplayedZxids {
  txns = 0;
  zxid: Zxid;
  /** The first zxid that is new. */
  readonly from: Zxid;
  readonly #refusesGaps: boolean;
  readonly #note: AddNote;
  /** The highest zxid applied; null before the first txn. */
  #highest: Zxid | null = null;

  constructor(snapshotZxid: Zxid, refusesGaps: boolean, note: AddNote) {
    this.zxid = snapshotZxid;
    this.from = snapshotZxid + 1n;
    this.#refusesGaps = refusesGaps;
    this.#note = note;
  }

  /** Applies the zxids `from` to `to`; what stops the server, or null. */
  add(from: Zxid, to: Zxid, place: { readonly file: string; readonly offset: number }): BootStop | null {
    // Servers pass over records up to the first that is new to them, and apply all that follow it.
    if (this.#highest === null && to < this.from) return null;
    const first = this.#highest === null && from < this.from ? this.from : from;
    const gap = this.#stepTo(first, place);
    if (gap !== null) return gap;
    this.txns += Number(to - first) + 1;
    if (this.#highest === null || to > this.#highest) this.#highest = to;
    if (to > this.zxid) this.zxid = to;
    return null;
  }

  #stepTo(next: Zxid, place: { readonly file: string; readonly offset: number }): BootStop | null {
    const last = this.#highest;
    if (last === null) {
      if (next > this.from && epochOf(next) === epochOf(this.from)) {
        const text = `zxids ${formatZxid(this.from)} to ${formatZxid(next - 1n)} between the snapshot and the first txn behind it are missing; no release looks there`;
        this.#note('gap-after-snapshot', text, place);
      }
      return null;
    }
    if (next <= last) {
      const text = `zxid ${formatZxid(next)} comes after ${formatZxid(last)}; servers say so in their log and apply it all the same`;
      this.#note('zxid-backward', text, place);
      return null;
    }
    if (next === last + 1n || epochOf(next) > epochOf(last)) return null;
    if (!this.#refusesGaps) {
      const text = `zxids ${formatZxid(last + 1n)} to ${formatZxid(next - 1n)} are missing; this release replays over the gap without a word`;
      this.#note('gap', text, place);
      return null;
    }
    return gapStop(last, next, place);
  }
}

function noteParts({ file, parts }: LogFacts, from: Zxid, { release }: ServerSettings, note: AddNote): void {
  for (const { code, first, last } of parts) {
    const place = first.zxid >= from ? first : last;
    if (place.zxid < from || readsOpInMulti(release, code)) continue;
    const what = `${opName(code) ?? 'op code'} (${code})`;
    const text = `${release.text} does not read ${what} within the multi ${formatZxid(place.zxid)}: it and what follows it there is left out without a word`;
    note('multi-part-unread', text, { file, offset: place.offset });
  }
}
