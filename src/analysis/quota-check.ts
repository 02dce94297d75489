// doctor: quotas, what is recorded of them against what is there (Quotas.java, StatsTrack).
//
// Two passes: the limits may stand behind what they limit.
import { displayText, type RawText } from '../jute/raw-text.js';
import { type Problem, problem } from '../problems.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { limitedByLimits, limitedByStats } from '../tree/quota-paths.js';
import { parseQuotaStats, type QuotaStats } from '../tree/quota-stats.js';

const QUOTA = Buffer.from('/zookeeper/quota/', 'latin1');

interface Quota {
  limits: { readonly values: QuotaStats; readonly offset: number } | null;
  recorded: { readonly values: QuotaStats; readonly offset: number } | null;
  count: number;
  bytes: number;
}

/** Finds quotas, and counts what is below them. */
export class QuotaCheck {
  readonly #quotas = new Map<RawText, Quota>();

  /** Takes the znodes the first time. */
  find(znode: ZnodeRecord): void {
    const { buffer, pathStart, pathEnd } = znode;
    if (pathEnd - pathStart <= QUOTA.length || buffer[pathStart + 1] !== 0x7a) return;
    if (buffer.compare(QUOTA, 0, QUOTA.length, pathStart, pathStart + QUOTA.length) !== 0) return;
    const { path, data, offset } = znode;
    const limited = limitedByLimits(path);
    const counted = limitedByStats(path);
    if (limited === null && counted === null) return;
    const values = parseQuotaStats(data === null ? null : data.toString('latin1'));
    const quota = this.#of((limited ?? counted)!);
    if (limited !== null) quota.limits = { values, offset };
    else quota.recorded = { values, offset };
  }

  /** True where a second pass is not needed. */
  get isEmpty(): boolean {
    return this.#quotas.size === 0;
  }

  /** Takes the znodes the second time. */
  count(znode: ZnodeRecord): void {
    if (this.isEmpty) return;
    const { path } = znode;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const quota = this.#quotas.get(path.slice(0, end) as RawText);
      if (quota === undefined) continue;
      quota.count++;
      quota.bytes += Math.max(znode.dataLength, 0);
    }
  }

  *problems(file: string): Generator<Problem> {
    for (const [path, { limits, recorded, count, bytes }] of this.#quotas) {
      const there = `${count} znodes and ${bytes} bytes below ${displayText(path)}`;
      if (recorded !== null && (recorded.values.count !== count || recorded.values.bytes !== bytes)) {
        const found = `count=${recorded.values.count},bytes=${recorded.values.bytes}`;
        yield problem('quota-stats', {
          file,
          offset: recorded.offset,
          expected: there,
          found,
          where: whereOf(path, 'zookeeper_stats'),
        });
      }
      if (limits === null) continue;
      const { values, offset } = limits;
      const isOver = isAbove(count, values.count) || isAbove(bytes, values.bytes);
      if (!isOver) continue;
      const expected = `at most count=${values.count},bytes=${values.bytes}`;
      yield problem('quota-exceeded', {
        file,
        offset,
        expected,
        found: there,
        where: whereOf(path, 'zookeeper_limits'),
      });
    }
  }

  #of(path: RawText): Quota {
    let quota = this.#quotas.get(path);
    if (quota === undefined) {
      quota = { limits: null, recorded: null, count: 0, bytes: 0 };
      this.#quotas.set(path, quota);
    }
    return quota;
  }
}

function isAbove(value: number, limit: number): boolean {
  return limit >= 0 && value > limit;
}

function whereOf(limited: RawText, name: string): string {
  return `znode ${displayText(`/zookeeper/quota${limited}/${name}` as RawText)}`;
}
