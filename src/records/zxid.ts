// Zxids: (epoch << 32) | counter.
import { UsageError } from '../errors.js';

export type Zxid = bigint;

/** A zxid, session id or digest as all output spells it: `0x` and lower-case hex of the unsigned value. */
export function formatHex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

/** A zxid as text. */
export const formatZxid: (zxid: Zxid) => string = formatHex;

/** The epoch in a zxid, a signed shift as in ZxidUtils. */
export function epochOf(zxid: Zxid): bigint {
  return zxid >> 32n;
}

/** The counter in a zxid. */
export function counterOf(zxid: Zxid): bigint {
  return zxid & 0xffff_ffffn;
}

/** The higher of two zxids. */
export function maxZxid(a: Zxid, b: Zxid): Zxid {
  return a > b ? a : b;
}

/** The lower of two zxids. */
export function minZxid(a: Zxid, b: Zxid): Zxid {
  return a === maxZxid(a, b) ? b : a;
}

/**
 * A zxid as people type it: `0x` and hex, or `EPOCH:COUNTER`, both decimal.
 * @throws UsageError for anything else; bare digits or hex are refused with both readings shown.
 */
export function parseZxid(text: string): Zxid {
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return BigInt.asIntN(64, BigInt(text));
  const pair = /^(\d{1,10}):(\d{1,10})$/.exec(text);
  if (pair !== null) {
    const [epoch, counter] = [BigInt(pair[1]!), BigInt(pair[2]!)];
    if (epoch < 2n ** 31n && counter < 2n ** 32n) return (epoch << 32n) | counter;
  }
  if (/^[0-9a-f]{1,16}$/i.test(text)) {
    if (/^\d$/.test(text)) throw new UsageError(`${text} is not a zxid`, `type 0x${text}`);
    const decimal = /^\d+$/.test(text) ? `, or 0x${BigInt(text).toString(16)} for the decimal number` : '';
    throw new UsageError(`zxid ${text} could be hex or decimal`, `type 0x${text} for hex${decimal}`);
  }
  throw new UsageError(`${text} is not a zxid`, 'type it as 0x50000002f or as EPOCH:COUNTER, 5:47');
}

/** A 64-bit id (session, owner) as people type it: `0x` and hex. @throws UsageError for anything else. */
export function parseId(text: string): bigint {
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return BigInt.asIntN(64, BigInt(text));
  throw new UsageError(`${text} is not an id`, 'type it as hex with 0x, as in 0x100001eb3f30000');
}
