// CreateSessionTxn, body of createSession (-10).
import { type Layout, layout } from '../jute/layout.js';

export interface CreateSessionTxn {
  /** Session timeout in milliseconds. */
  readonly timeOut: number;
}

export const createSessionTxnLayout: Layout<CreateSessionTxn> = layout('CreateSessionTxn', (p) =>
  p.int32('timeOut'),
);
