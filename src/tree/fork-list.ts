// Forked zxids put together to ranges.
import { epochOf, type Zxid } from '../records/zxid.js';
import type { Fork } from './commit-state.js';

/** Takes forks zxid by zxid, ascending. */
export class ForkList {
  readonly forks: Fork[] = [];
  #key = '';

  /** `variants` are the servers that hold each of the txns, by their places, ascending. */
  add(zxid: Zxid, variants: readonly (readonly number[])[]): void {
    const sorted = [...variants].sort((a, b) => (a.join() < b.join() ? -1 : 1));
    const key = sorted.map((holders) => holders.join()).join(' ');
    const last = this.forks.at(-1);
    const isNext = last !== undefined && zxid === last.to + 1n && epochOf(zxid) === epochOf(last.to);
    if (isNext && key === this.#key) this.forks[this.forks.length - 1] = { ...last, to: zxid };
    else this.forks.push({ from: zxid, to: zxid, variants: sorted });
    this.#key = key;
  }
}
