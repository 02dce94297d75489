// The history of one server, with what the servers beside it tell of its txns.
import type { Problem } from '../problems.js';
import { formatZxid } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { FolderCommits } from './folder-commits.js';
import type { ResolvedDirectory } from './resolve.js';
import type { SourceLog } from './source-log.js';
import type { AgreedTo, TxnRange, TxnSource } from './sources.js';

/** The history of a server, each txn with its state: reads the logs of all the servers in its folder. */
export function withCommits(txns: TxnSource, resolved: ResolvedDirectory, log: SourceLog): TxnSource {
  const { server, dir, siblings } = resolved;
  return new CommittedTxns(txns, new FolderCommits([{ name: server, dir }, ...siblings], log), log);
}

/** A TxnSource whose txns say whether they were committed. */
class CommittedTxns implements TxnSource {
  readonly agreement: AgreedTo;
  readonly #txns: TxnSource;
  readonly #commits: FolderCommits;

  constructor(txns: TxnSource, commits: FolderCommits, log: SourceLog) {
    this.#txns = txns;
    this.#commits = commits;
    const { agreed, voters } = commits;
    this.agreement = { agreedTo: undefined, committedTo: agreed.knownTo };
    const own = agreed.copies.filter(({ server }) => server === 0);
    const count = own.reduce((sum, one) => sum + one.txns, 0n);
    const lost = count === 0n ? 'none of its txns is' : `of its txns ${count} ${count === 1n ? 'is' : 'are'}`;
    const begin = own[0] === undefined ? '' : `, from ${formatZxid(own[0].from)} on`;
    log.note(`${txns.name}: ${lost} single-copy${begin} (${voters})`);
  }

  get name(): string {
    return this.#txns.name;
  }

  get problems(): readonly Problem[] {
    return this.#txns.problems;
  }

  get isComplete(): boolean {
    return this.#txns.isComplete;
  }

  *txns(range: TxnRange = {}): Generator<LoggedTxn> {
    const states = this.#commits.states();
    for (const logged of this.#txns.txns(range)) {
      const commit = states.of(logged.txn.header.zxid);
      if (range.commit === undefined || range.commit.has(commit)) yield { ...logged, commit };
    }
  }

  close(): void {
    this.#txns.close();
  }
}
