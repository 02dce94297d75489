// How one value is written in JSON. The text is plain UTF-8 JSON that is also safe to show on a terminal.

import { hasInvisible, replaceInvisible } from './escape.js';
import type { Kind } from './rows.js';
import { formatHex, formatTime, isDate } from './value.js';

/** Anything but printable ASCII without `"` and `\`, which is most of what there is and needs no work. */
const NEEDS_WORK = /[^ !#-[\]-~]/;
const UNPAIRED_SURROGATES = /\p{Cs}/gu;
/** How JSON.stringify writes an unpaired surrogate; an escaped backslash before `ud8` looks the same. */
const MAYBE_SURROGATE_ESCAPE = /\\ud[89a-f]/;

/**
 * Writes a string in JSON, with every character that does not show as itself as `\uXXXX`.
 *
 * An unpaired surrogate, which UTF-8 cannot hold, becomes U+FFFD.
 */
export function jsonString(text: string): string {
  if (!NEEDS_WORK.test(text)) return `"${text}"`;
  if (!hasInvisible(text)) return JSON.stringify(text);
  return escapeInvisible(JSON.stringify(wellFormed(text)));
}

/** Writes nested arrays and objects as jsonString writes strings; `indent` spaces a level, default none. */
export function jsonNested(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, undefined, indent);
  if (json === undefined) return 'null';
  const sound = MAYBE_SURROGATE_ESCAPE.test(json)
    ? JSON.stringify(deepWellFormed(value), undefined, indent)
    : json;
  return escapeInvisible(sound);
}

/** How a value of this kind is written in JSON. Null and undefined are the caller's. */
export function jsonWriter(kind: Kind, indent = 0): (value: unknown) => string {
  switch (kind) {
    case 'text':
      return (value) => jsonString(String(value));
    case 'number':
      return scalar(jsonNumber);
    case 'hex':
      return scalar((value) => `"${formatHex(value)}"`);
    case 'time':
      return scalar(jsonTime);
    case 'json':
      return lastKept((value) => jsonNested(value, indent));
    case 'boolean':
      return (value) => (value ? 'true' : 'false');
    case 'scalar':
      return scalar(jsonNumber);
  }
}

/** What is no number is written as text: an index that was tampered with can hold anything in a column. */
function scalar(write: (value: number | bigint) => string): (value: unknown) => string {
  return (value) =>
    typeof value === 'number' || typeof value === 'bigint' ? write(value) : jsonString(String(value));
}

/** Rows often share a nested value with the row before, as znodes do their ACL. */
function lastKept(write: (value: unknown) => string): (value: unknown) => string {
  let last: unknown;
  let text = '';
  return (value) => {
    if (value !== last || last === undefined) {
      text = write(value);
      last = value;
    }
    return text;
  };
}

function jsonNumber(value: number | bigint): string {
  return typeof value === 'number' && !Number.isFinite(value) ? 'null' : String(value);
}

function jsonTime(ms: number | bigint): string {
  return isDate(ms) ? `"${formatTime(ms)}"` : jsonNumber(ms);
}

function wellFormed(text: string): string {
  return text.replace(UNPAIRED_SURROGATES, '\ufffd');
}

function deepWellFormed(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(deepWellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [wellFormed(key), deepWellFormed(v)]));
}

/** Only for text made by JSON.stringify without U+000A in a string: line ends between the lines stay. */
function escapeInvisible(json: string): string {
  return hasInvisible(json) ? replaceInvisible(json, (c) => (c === '\n' ? c : utf16Escapes(c))) : json;
}

function utf16Escapes(character: string): string {
  let escapes = '';
  for (let i = 0; i < character.length; i++) {
    escapes += '\\u' + character.charCodeAt(i).toString(16).padStart(4, '0');
  }
  return escapes;
}
