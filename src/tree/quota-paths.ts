// Where quotas are kept (Quotas.java): /zookeeper/quota<path>/zookeeper_limits and .../zookeeper_stats.
import type { RawText } from '../jute/raw-text.js';

/** Below it quotas are kept. */
export const QUOTAS = '/zookeeper/quota' as RawText;
const LIMITS = '/zookeeper_limits';
const STATS = '/zookeeper_stats';

/** True for what is below /zookeeper/quota. */
export function isInQuotas(path: RawText): boolean {
  return path.startsWith(`${QUOTAS}/`);
}

/** The path whose quota a limits or stats znode belongs to ("" for the root, which has none); null for others. */
export function limitedBy(path: RawText): RawText | null {
  return limitedByLimits(path) ?? limitedByStats(path);
}

/** The path that a limits znode limits; null for other znodes. */
export function limitedByLimits(path: RawText): RawText | null {
  return between(path, LIMITS);
}

/** The path whose statistics a stats znode holds; null for other znodes. */
export function limitedByStats(path: RawText): RawText | null {
  return between(path, STATS);
}

/** The stats znode of a limited path. */
export function statsPath(limited: RawText): RawText {
  return (QUOTAS + limited + STATS) as RawText;
}

/** A path below /zookeeper/quota in two: the path it is about, and what is behind it ("" for a znode in between). */
export function splitQuotaPath(path: RawText): { readonly about: RawText; readonly leaf: string } {
  const leaf = path.endsWith(LIMITS) ? LIMITS : path.endsWith(STATS) ? STATS : '';
  return { about: path.slice(QUOTAS.length, path.length - leaf.length) as RawText, leaf };
}

function between(path: RawText, end: string): RawText | null {
  if (!isInQuotas(path) || !path.endsWith(end)) return null;
  return path.slice(QUOTAS.length, -end.length) as RawText;
}
