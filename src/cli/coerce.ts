// Text that was typed, made a value. Every option is declared as a string and goes through one of these, for
// yargs guesses: it makes NaN of a bad number and 16 of 0x10.
import { UsageError } from '../errors.js';
import { type RawText, rawText } from '../jute/raw-text.js';
import { ERROR_NAMES } from '../records/op-code.js';
import { PathMap, type PathMapping, splitMapping } from '../tree/path-map.js';

/** A whole number of 0 or more. @throws UsageError for anything else. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new UsageError(`${text === '' ? 'nothing' : text} is not a whole number`, 'type digits only');
  }
  return value;
}

/** The path of a znode as a snapshot has it, "" for "/". @throws UsageError for what cannot be one. */
export function znodePath(text: string): RawText {
  if (text === '/') return '' as RawText;
  if (!text.startsWith('/')) {
    throw new UsageError(
      `${text === '' ? 'nothing' : text} is not the path of a znode`,
      'paths begin with /',
    );
  }
  if (text.endsWith('/') || text.includes('//')) {
    const clean = text.replace(/\/{2,}/g, '/').replace(/\/$/, '');
    throw new UsageError(`${text} is not the path of a znode`, `type ${clean === '' ? '/' : clean}`);
  }
  return rawText(text);
}

/** A mapping as `FROM=TO`. @throws UsageError for what is none. */
export function pathMapping(text: string): PathMapping {
  const [from, to] = splitMapping(text);
  return { from: znodePath(from), to: znodePath(to) };
}

/** Several mappings. @throws UsageError for what is none, or cannot be meant with the others. */
export function pathMap(texts: readonly string[]): PathMap {
  return new PathMap(texts.map(pathMapping));
}

/** Makes a coercion to a set of comma-separated words of `known`. */
export function wordsOf<T extends string>(known: readonly T[]): (text: string) => ReadonlySet<T> {
  return (text) => {
    const words = text.split(',').map((word) => word.trim());
    for (const word of words) {
      if (!known.includes(word as T)) throw new UsageError(`${word} is none of ${known.join(', ')}`);
    }
    return new Set(words as T[]);
  };
}

/** A regular expression over text. @throws UsageError for one that is none. */
export function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text, 'su');
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^I/, 'i'));
  }
}

/** A KeeperException code, as its number or its name in any case. @throws UsageError for anything else. */
export function errorCode(text: string): number {
  if (/^(0|-\d{1,9})$/.test(text)) return Number(text);
  if (/^\d+$/.test(text)) {
    const meant = ERROR_NAMES[-Number(text)];
    const hint =
      meant === undefined ? 'type a code or its name, -101 or NONODE' : `type -${text} or ${meant}`;
    throw new UsageError(`${text} is not an error of ZooKeeper: codes are negative`, hint);
  }
  const name = text.toUpperCase().replaceAll('_', '');
  const found = Object.entries(ERROR_NAMES).find(([, known]) => known === name);
  if (found === undefined) {
    throw new UsageError(`${text} is not an error of ZooKeeper`, 'type a code or its name, -101 or NONODE');
  }
  return Number(found[0]);
}
