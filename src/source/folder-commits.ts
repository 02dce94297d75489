// Which txns of a server were committed, by the files of the servers that lie beside it in a folder or an archive.
import { basename } from 'node:path';
import type { DataDir } from '../datadir/data-dir.js';
import { ensembleFiles, parseEnsemble } from '../datadir/ensemble-config.js';
import type { RawText } from '../jute/raw-text.js';
import { OP_CODES } from '../records/op-code.js';
import type { Zxid } from '../records/zxid.js';
import { type AgreedHistory, agreedHistory } from '../tree/agreed-history.js';
import type { CommitVerdict } from '../tree/commit-state.js';
import { type Electorate, electorateOf, type NamedEnsemble } from '../tree/electorate.js';
import type { Holdings } from '../tree/holdings.js';
import { BEYOND, isBeyondJudging, judgeCommits } from '../tree/judge-commits.js';
import type { LogRecord } from '../txnlog/log-record.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import type { NamedDir } from './servers.js';
import { marksOf } from './sibling-logs.js';
import { readSideBySide } from './side-by-side.js';
import { SlowScan } from './slow-scan.js';
import { SnapshotScan } from './snapshot-scan.js';
import { SourceLog } from './source-log.js';

/** What is known of the txns of one server among several. */
export class FolderCommits {
  readonly agreed: AgreedHistory;
  /** Who votes, and how that is known: a clause. */
  readonly voters: string;
  readonly #verdict: CommitVerdict;

  /** Reads all logs of all servers; the first of them is the one that is asked for. */
  constructor(servers: readonly NamedDir[], log: SourceLog) {
    // What is wrong with the files is reported where their rows are.
    const silent = new SourceLog({ ...log.options, onProblem: () => {}, onNote: () => {} });
    const dirs = servers.map(({ dir }) => dir);
    const reconfigs: NamedEnsemble[] = [];
    const { runs, forks, isCut } = readSideBySide(dirs, new SlowScan(silent), silent, (record) => {
      const found = reconfigOf(record);
      if (found !== null) reconfigs.push(found);
    });
    const electorate = votersOf(servers, reconfigs, silent);
    const holdings: Holdings[] = servers.map(({ name, dir }, place) => ({
      server: name,
      vote: electorate.votes[place]!,
      runs: runs[place]!,
      snapshots: marksOf(dir, silent),
      mayHoldMore: isCut[place]! || dir.problems.some(({ code }) => code === 'file-unreadable'),
    }));
    const input = { servers: holdings, forks, voters: electorate.voters };
    this.voters = isBeyondJudging(input) ? BEYOND : electorate.text;
    this.#verdict = judgeCommits(input);
    this.agreed = agreedHistory(this.#verdict, holdings);
  }

  /** The states of the first server's txns. */
  states(): StateCursor {
    return new StateCursor(this.#verdict);
  }
}

/** Tells states of zxids that ascend from question to question. */
export class StateCursor {
  readonly #verdict: CommitVerdict;
  #range = 0;
  #fork = 0;

  constructor(verdict: CommitVerdict) {
    this.#verdict = verdict;
  }

  of(zxid: Zxid): CommitState {
    const { ranges, forks } = this.#verdict;
    while (this.#fork < forks.length && forks[this.#fork]!.to < zxid) this.#fork++;
    const fork = forks[this.#fork];
    if (fork !== undefined && fork.from <= zxid) {
      const own = fork.states.filter((_, i) => fork.variants[i]!.includes(0));
      return own.length === 1 ? own[0]! : 'unknown';
    }
    while (this.#range < ranges.length && ranges[this.#range]!.to < zxid) this.#range++;
    const range = ranges[this.#range];
    return range !== undefined && range.from <= zxid ? range.state : 'unknown';
  }
}

function votersOf(servers: readonly NamedDir[], reconfigs: NamedEnsemble[], log: SourceLog): Electorate {
  const members = servers.map(({ name, dir }) => ({ server: name, id: idOf(dir) }));
  const configs = servers.flatMap(({ name, dir }) => configsOf(name, dir));
  // A pass over a snapshot, so only where it is needed.
  if (configs.length === 0) configs.push(...servers.flatMap(({ name, dir }) => configInTree(name, dir, log)));
  return electorateOf(members, [...configs, ...reconfigs]);
}

function idOf({ myid }: DataDir): number | null {
  return /^\d{1,15}$/.test(myid ?? '') ? Number(myid) : null;
}

function configsOf(name: string, dir: DataDir): NamedEnsemble[] {
  return ensembleFiles(dir).map(({ file, text }) => ({
    ensemble: parseEnsemble(text)!,
    origin: `${basename(file)} of ${name}`,
  }));
}

const CONFIG = '/zookeeper/config' as RawText;

/** What the newest snapshot that holds a configuration says. */
function configInTree(name: string, dir: DataDir, log: SourceLog): NamedEnsemble[] {
  for (const { path, content } of [...dir.snapshots].reverse()) {
    if (content !== 'snapshot') continue;
    const scan = new SnapshotScan(path, log);
    for (const record of scan.records()) {
      if (record.path !== CONFIG) continue;
      const ensemble = parseEnsemble(scan.znode(record, undefined).data?.toString('utf8') ?? '');
      if (ensemble !== null) return [{ ensemble, origin: `/zookeeper/config of ${name}` }];
      break;
    }
  }
  return [];
}

function reconfigOf({ header, txn }: LogRecord): NamedEnsemble | null {
  if (header.type !== OP_CODES.reconfig || txn.op.op !== 'reconfig') return null;
  const ensemble = parseEnsemble(txn.op.data?.toString('utf8') ?? '');
  return ensemble === null ? null : { ensemble: { ...ensemble, from: header.zxid }, origin: 'a reconfig' };
}
