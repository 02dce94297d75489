// How wide text is on a terminal, and how it is cut to a width.

/** Counts the terminal columns that a text without control characters takes. */
export type Measure = (text: string) => number;

const PRINTABLE_ASCII = /^[ -~]*$/;
const ELLIPSIS = '…';
/** Text with more than this is cut even where it fits: one column can carry any number of combining marks. */
const MOST_UNITS_PER_COLUMN = 20;

/** A measure that asks `slow` only about text which is more than printable ASCII. */
export function withFastAscii(slow: Measure): Measure {
  return (text) => (PRINTABLE_ASCII.test(text) ? text.length : slow(text));
}

/**
 * Cuts text to at most `width` columns, the last of them an ellipsis. Characters are not taken apart.
 *
 * @example cutToWidth('/services/a', 6, (text) => text.length) // '/serv…'
 */
export function cutToWidth(text: string, width: number, measure: Measure): string {
  const longest = width * MOST_UNITS_PER_COLUMN;
  if (text.length <= longest && measure(text) <= width) return text;
  const room = width - 1;
  let used = 0;
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += measure(segment);
    if (used > room || end + segment.length > longest) break;
    end += segment.length;
  }
  return text.slice(0, end) + ELLIPSIS;
}

/**
 * Narrows columns until they fit into `room` together: the widest first, and none that may not be cut.
 *
 * Not below `least` columns each; then the lines are longer than the room.
 */
export function fitWidths(
  widths: readonly number[],
  mayCut: readonly boolean[],
  room: number,
  least = 8,
): readonly number[] {
  const at = (cap: number): readonly number[] => widths.map((w, i) => (mayCut[i] ? Math.min(w, cap) : w));
  for (let cap = Math.max(...widths, least); cap > least; cap--) {
    const fitted = at(cap);
    if (fitted.reduce((sum, w) => sum + w, 0) <= room) return fitted;
  }
  return at(least);
}
