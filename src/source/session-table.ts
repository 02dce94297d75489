// The sessions of a snapshot, and what they own.
import type { RawText } from '../jute/raw-text.js';
import { kindOf } from '../records/kind.js';

/** An ephemeral in a snapshot. */
export interface OwnedZnode {
  readonly path: RawText;
  readonly owner: bigint;
  readonly czxid: bigint;
}

/** The sessions of a snapshot. */
export interface SessionTable {
  readonly name: string;
  /** zxid in the name of the snapshot. */
  readonly zxid: bigint;
  /** Id to timeout in milliseconds. */
  readonly sessions: ReadonlyMap<bigint, number>;
  readonly ephemerals: readonly OwnedZnode[];
}

/** True for an owner that is a session. */
export function isSession(owner: bigint, emulate353: boolean): boolean {
  return owner !== 0n && kindOf(owner, emulate353).kind === 'ephemeral';
}
