// Which logs a server reads behind its snapshot, and how far it comes (FileTxnLog.FileTxnIterator,
// FileTxnSnapLog.fastForwardFromEdits, ZKDatabase.addCommittedProposal).
import { opName } from '../records/op-code.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { AddNote, BootStop, ReadLog } from './boot-outcome.js';
import type { DataFile } from './data-dir.js';
import type { LogFacts, LogHazard } from './log-facts.js';
import { hasTrait, opReadSince, readsOp, readsOpInMulti } from './release.js';
import type { LogEnd } from './server-log.js';
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
  noteParts(facts, settings, note);
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
  readonly #from: Zxid;
  readonly #refusesGaps: boolean;
  readonly #note: AddNote;
  /** The highest zxid applied; null before the first txn. */
  #highest: Zxid | null = null;

  constructor(snapshotZxid: Zxid, refusesGaps: boolean, note: AddNote) {
    this.zxid = snapshotZxid;
    this.#from = snapshotZxid + 1n;
    this.#refusesGaps = refusesGaps;
    this.#note = note;
  }

  /** Applies the zxids `from` to `to`; what stops the server, or null. */
  add(from: Zxid, to: Zxid, place: { readonly file: string; readonly offset: number }): BootStop | null {
    // Servers pass over records up to the first that is new to them, and apply all that follow it.
    if (this.#highest === null && to < this.#from) return null;
    const first = this.#highest === null && from < this.#from ? this.#from : from;
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
      if (next > this.#from && epochOf(next) === epochOf(this.#from)) {
        const text = `zxids ${formatZxid(this.#from)} to ${formatZxid(next - 1n)} between the snapshot and the first txn behind it are missing; no release looks there`;
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
    return {
      code: 'log-gap',
      error: `Committed proposal cached out of order: ${formatZxid(next)} is not the next proposal of ${formatZxid(last)}`,
      ...place,
      expected: `zxid ${formatZxid(last + 1n)}`,
      found: formatZxid(next),
      why: `txns ${formatZxid(last + 1n)} to ${formatZxid(next - 1n)} are missing, and releases from 3.9.4 on do not replay over a gap`,
      todo: 'Look for the missing log. Where a snapshot at or behind the gap is sound, keep it and, in a copy, move older snapshots away; releases before 3.9.4 start, but without these txns.',
    };
  }
}

function headerStop({ file, fileSize, header, magic }: LogFacts): BootStop {
  if (header === 'foreign') {
    return {
      code: 'log-magic',
      error: `has invalid magic number ${magic} != 1514884167`,
      file,
      offset: 0,
      expected: 'magic 5a4b4c47 (ZKLG)',
      found: (magic >>> 0).toString(16).padStart(8, '0'),
      why: 'its name is that of a log, and its content is not; servers read every such file behind their snapshot, and compressed ones never',
      todo: 'Copy the directory; in the copy, move the file out of version-2 (or decompress it).',
    };
  }
  return {
    code: 'log-header',
    error: 'java.io.EOFException',
    file,
    offset: fileSize,
    expected: '16 bytes of header',
    found: `${fileSize} bytes`,
    why: 'the log ends within its header, which servers do not expect (ZOOKEEPER-2332); no txn is in it',
    todo: 'Copy the directory; in the copy, move the file out of version-2.',
  };
}

const COMPARE =
  'Keep the file. Take its log from another server, or start from a snapshot behind this place; what follows it in this log is lost otherwise.';

function hazardStop({ file }: LogFacts, hazard: LogHazard, settings: ServerSettings): BootStop {
  const { kind, offset, value } = hazard;
  if (kind === 'op') return opStop(file, offset, value, settings);
  const unreasonable = { error: `Unreasonable length = ${value | 0}`, file, offset, found: `${value | 0}` };
  const expected = `a length of at most ${settings.limit}`;
  if (kind === 'closeSession') {
    return {
      ...unreasonable,
      code: 'close-session-length',
      expected,
      why: 'a closeSession has a digest and no list of paths, and this server takes the one for the other',
      todo: 'Start with -Dzookeeper.closeSessionTxn.enabled=false until a snapshot was taken behind it.',
    };
  }
  const isDamage = value > 128 * 1024 * 1024;
  return {
    ...unreasonable,
    code: 'log-length',
    expected,
    why: isDamage
      ? 'a length in the log makes no sense'
      : `a txn is longer than this server reads (jute.maxbuffer and what is added to it: ${settings.limit} bytes)`,
    todo: isDamage ? COMPARE : `Start with -Djute.maxbuffer=${value} or more.`,
  };
}

function opStop(file: string, offset: number, code: number, { release }: ServerSettings): BootStop {
  const since = opReadSince(code, false);
  const name = opName(code);
  return {
    code: 'log-op',
    error: `Unsupported Txn with type=${hasTrait(release, 'namesTypeOddly') ? '%d' : ''}${code}`,
    file,
    offset,
    expected: 'an op code that the release reads',
    found: name === null ? `${code}` : `${code} (${name})`,
    why:
      since !== null
        ? `the log holds a ${name}, which ${release.text} does not read (${since} and later do)`
        : name === 'check'
          ? 'a raw client sent a check outside of a multi, which no release reads back (ZOOKEEPER-2623)'
          : 'no release reads a txn of that type',
    todo:
      since !== null
        ? 'Start the release that wrote it, let it take a snapshot, and bring the snapshot without the logs before it.'
        : 'Start from a snapshot taken behind this txn, without the logs before it.',
  };
}

function endStop({ file, hasBytesBehind }: LogFacts, end: LogEnd, settings: ServerSettings, note: AddNote) {
  const { kind, offset, expected, found } = end;
  const place = { file, offset };
  switch (kind) {
    case 'mark':
    case 'short':
      note(
        'log-cut-short',
        `servers take byte ${offset} for the end of the file and leave out what follows`,
        place,
      );
      return null;
    case 'padded':
      if (hasBytesBehind)
        note('log-bytes-behind', `bytes follow the zeros at ${offset}, which servers do not read`, place);
      return null;
    case 'clean':
    case 'torn':
      return null;
    case 'op':
      return opStop(file, offset, Number(found), settings);
    case 'checksum':
      return {
        ...place,
        code: 'log-checksum' as const,
        error: 'CRC check failed',
        expected,
        found,
        why: 'the checksum of a txn does not match: bytes changed after they were written',
        todo: COMPARE,
      };
    case 'null':
      return {
        ...place,
        code: 'log-null' as const,
        error: 'java.lang.NullPointerException',
        expected,
        found,
        why: 'null (-1) stands where servers expect a txn or its parts',
        todo: COMPARE,
      };
    case 'length':
      return {
        ...place,
        code: 'log-length' as const,
        error: `Unreasonable length = ${found}`,
        expected,
        found,
        why: 'a length in the log makes no sense',
        todo: COMPARE,
      };
  }
}

function noteParts({ file, parts }: LogFacts, { release }: ServerSettings, note: AddNote): void {
  for (const { code, offset, zxid } of parts) {
    if (readsOpInMulti(release, code)) continue;
    const what = `${opName(code) ?? 'op code'} (${code})`;
    const text = `${release.text} does not read ${what} within the multi ${formatZxid(zxid)}: it and what follows it there is left out without a word`;
    note('multi-part-unread', text, { file, offset });
  }
}
