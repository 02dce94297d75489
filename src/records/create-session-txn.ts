// CreateSessionTxn, body of createSession (-10).
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout } from '../jute/layout.js';

export interface CreateSessionTxn {
  /** Session timeout in milliseconds. */
  readonly timeOut: number;
}

export const createSessionTxnLayout: Layout<CreateSessionTxn> = layout('CreateSessionTxn', (p) =>
  p.int32('timeOut'),
);

/** Writes a CreateSessionTxn. */
export function writeCreateSessionTxn(writer: JuteWriter, { timeOut }: CreateSessionTxn): void {
  writer.i32(timeOut);
}
