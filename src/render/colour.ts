// Colour for people who look at a terminal. Meaning never depends on it.

import { styleText } from 'node:util';
import type { Sink } from './sink.js';

const STYLES = ['bold', 'dim', 'red', 'yellow', 'green', 'cyan'] as const;

/** The styles we use, by the name that `util.styleText` knows. */
export type Style = (typeof STYLES)[number];

/** A function for each style that wraps text in it, or gives the text back where colour is off. */
export type Colours = Readonly<Record<Style, (text: string) => string>>;

const plain = (text: string): string => text;
const off = Object.fromEntries(STYLES.map((style) => [style, plain])) as Colours;
// The stream is not validated: whether there is a terminal is the sink's to say.
const on = Object.fromEntries(
  STYLES.map((style) => [style, (text: string) => styleText(style, text, { validateStream: false })]),
) as Colours;

/**
 * The colours for a sink: none when it is no terminal or `NO_COLOR` is set to anything but nothing (no-color.org).
 *
 * @example colours(stderr).red('checksum mismatch')
 */
export function colours(
  sink: Pick<Sink, 'isTerminal'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Colours {
  return sink.isTerminal && !env.NO_COLOR ? on : off;
}
