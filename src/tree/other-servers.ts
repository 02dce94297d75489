// What the files of other servers tell of where epochs begin.
import { epochOf, type Zxid } from '../records/zxid.js';
import { claimsOf } from './epoch-claims.js';
import type { Holdings } from './holdings.js';

/** That an epoch's history begins behind a txn, as a server's files have it. */
export interface EpochBegin {
  readonly server: string;
  readonly last: Zxid;
  /** True where its log goes on like this, false where a snapshot of it says so. */
  readonly isByLog: boolean;
}

/** What the files of a server hold, as far as it matters here. */
export type LoggedServer = Pick<Holdings, 'server' | 'runs' | 'snapshots'>;

/** Servers beside the one that is read, or those of the cluster that is. */
export class OtherServers {
  /** Logs that must agree for a proof: two where what is read is made of them. */
  readonly needed: number;
  readonly #begins = new Map<bigint, EpochBegin[]>();
  readonly #furthest = new Map<bigint, { readonly server: string; readonly to: Zxid }>();

  constructor(servers: readonly LoggedServer[], needed: 1 | 2) {
    this.needed = needed;
    for (const holdings of servers) this.#add(holdings);
  }

  /** What the servers say of an epoch's begin. */
  begins(epoch: bigint): readonly EpochBegin[] {
    return this.#begins.get(epoch) ?? [];
  }

  /** The server whose logs go furthest in an epoch; null where none has any of it. */
  furthest(epoch: bigint): { readonly server: string; readonly to: Zxid } | null {
    return this.#furthest.get(epoch) ?? null;
  }

  #add(holdings: LoggedServer): void {
    const { server } = holdings;
    for (const { epoch, last, isEnd, isByLog } of claimsOf(holdings)) {
      if (!isEnd) continue;
      const begins = this.#begins.get(epoch);
      if (begins === undefined) this.#begins.set(epoch, [{ server, last, isByLog }]);
      else begins.push({ server, last, isByLog });
    }
    for (const { to } of holdings.runs) {
      const known = this.#furthest.get(epochOf(to));
      if (known === undefined || to > known.to) this.#furthest.set(epochOf(to), { server, to });
    }
  }
}
