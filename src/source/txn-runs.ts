// Which txns there are: zxids that follow one another, put together as they pass.
import { epochOf, type Zxid } from '../records/zxid.js';
import type { TxnEdge, TxnRun } from './history-source.js';

/** Collects runs of txns that come by ascending zxid. Hot: called for every txn. */
export class TxnRuns {
  readonly #runs: TxnRun[] = [];
  #from: TxnEdge | null = null;
  #last = 0n;
  #lastTime = 0n;

  /** Adds a txn; one that is not above the last is a second copy or out of order, and proves nothing. */
  note(zxid: Zxid, time: bigint): void {
    if (this.#from !== null) {
      if (zxid <= this.#last) return;
      if (zxid !== this.#last + 1n || epochOf(zxid) !== epochOf(this.#last)) this.#end();
    }
    this.#from ??= { zxid, time };
    this.#last = zxid;
    this.#lastTime = time;
  }

  /** The runs so far. */
  runs(): readonly TxnRun[] {
    this.#end();
    return this.#runs;
  }

  #end(): void {
    if (this.#from === null) return;
    this.#runs.push({ from: this.#from, to: { zxid: this.#last, time: this.#lastTime } });
    this.#from = null;
  }
}
