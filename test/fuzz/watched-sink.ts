// An output that looks at what is written and keeps the beginning: all of it can be hundreds of megabytes.
import type { Sink } from '../../src/render/sink.js';
import { rawText } from './judge.js';

/** Kept of an output, in UTF-16 units. */
const MOST_KEPT = 4 * 1024 * 1024;

export class WatchedSink implements Sink {
  readonly isTerminal: boolean;
  readonly columns = 100;
  /** What stands around the first character that a terminal acts upon; null without one. */
  raw: string | null = null;
  /** True where `text` is all that was written. */
  isWhole = true;
  readonly #chunks: string[] = [];
  #length = 0;

  constructor(isTerminal: boolean) {
    this.isTerminal = isTerminal;
  }

  write(written: string | Uint8Array): void {
    const text = typeof written === 'string' ? written : Buffer.from(written).toString('utf8');
    this.raw ??= rawText(text);
    this.#length += text.length;
    if (this.#length <= MOST_KEPT) this.#chunks.push(text);
    else this.isWhole = false;
  }

  flush(): void {}

  text(): string {
    return this.#chunks.join('');
  }
}
