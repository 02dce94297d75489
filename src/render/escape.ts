// Text from a file is hostile when shown: a znode may be named so that it moves the cursor, turns the line around,
// or looks like its neighbour. Everything that is not a visible character becomes an escape that can be read.

/**
 * Characters that a person does not see but a terminal may act upon: controls (ESC, newline, C1, DEL), format
 * characters (bidi, zero width, byte-order mark, tags), line and paragraph separators, unpaired surrogates. And those
 * that show nothing (fillers, variation selectors) or look like a space and are none (U+00A0, U+3000).
 *
 * Zero-width joiners are among them although emoji and some scripts use them: two paths that differ must look different.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u{a0}\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/u;
const EVERY_INVISIBLE = new RegExp(INVISIBLE, 'gu');

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Whether the text has a character that is not shown as itself. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

/** Replaces every character that is not shown as itself. */
export function replaceInvisible(text: string, replacement: (character: string) => string): string {
  return text.replace(EVERY_INVISIBLE, replacement);
}

/**
 * Makes text from a file safe to show: `\n`, `\t`, `\r`, `\x1b` for the ASCII controls, `\u{202e}` for the rest.
 *
 * A C1 control is `\u{9b}`, since `\x9b` is how a byte that is no UTF-8 shows (`bytes.ts`). A backslash stays as it
 * is: this is for eyes, and json carries the exact value.
 *
 * @example escapeForTerminal('/a\u202eb') // '/a\\u{202e}b'
 */
export function escapeForTerminal(text: string): string {
  return INVISIBLE.test(text) ? replaceInvisible(text, visible) : text;
}

function visible(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const hex = character.codePointAt(0)!.toString(16);
  return character <= '\x7f' ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}
