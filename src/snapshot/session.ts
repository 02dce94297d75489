// The session table of a snapshot: i32 count, then { long id; int timeout } each (SerializeUtils). Global
// sessions only.
import { type Layout, layout } from '../jute/layout.js';

/** Bytes of a session. */
export const SESSION_BYTES = 12;

/** The most sessions that a table is read with: each was a connection to the ensemble. */
export const MAX_SESSIONS = 2 ** 24;

/** A session that was alive when the snapshot was begun. */
export interface Session {
  readonly id: bigint;
  /** Milliseconds. */
  readonly timeout: number;
}

export const sessionLayout: Layout<Session> = layout('session', (p) => p.int64('id').int32('timeout'));
