// The session table of a snapshot: i32 count, then { long id; int timeout } each (SerializeUtils). Global
// sessions only.
import { type Layout, layout } from '../jute/layout.js';

/** Bytes of a session. */
export const SESSION_BYTES = 12;

/** A session that was alive when the snapshot was begun. */
export interface Session {
  readonly id: bigint;
  /** Milliseconds. */
  readonly timeout: number;
}

export const sessionLayout: Layout<Session> = layout('session', (p) => p.int64('id').int32('timeout'));
