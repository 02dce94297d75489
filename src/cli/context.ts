// What a command knows of the process it runs in.
import type { Sink } from '../render/sink.js';

/** Where output goes and what the environment says; tests put memory in its place. */
export interface Context {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
}
