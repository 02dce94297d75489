// Paths of znodes as bytes. The root is "" in a snapshot, "/" in a txn and wherever a person reads it.
import { bytesOf, displayText, isValidUtf8, type RawText } from '../jute/raw-text.js';

export { isAtOrBelow } from '../tree/paths.js';

/** The root's path in a snapshot. */
export const ROOT = '' as RawText;

/** A path for people: "/" for the root, `\xNN` for bytes that are not UTF-8. */
export function shownPath(path: RawText): string {
  return path === '' ? '/' : displayText(path);
}

/** The path's bytes in base64 where they are not UTF-8; undefined where `shownPath` says it all. */
export function pathBase64(path: RawText): string | undefined {
  return isValidUtf8(path) ? undefined : bytesOf(path).toString('base64');
}

/** The last segment; "" for the root. */
export function nameOf(path: RawText): RawText {
  return path.slice(path.lastIndexOf('/') + 1) as RawText;
}

/** The parent's path; the root has none and is its own. */
export function parentOf(path: RawText): RawText {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) as RawText;
}

/** Segments in a path: 0 for the root, 1 for /a. */
export function depthOf(path: RawText): number {
  let depth = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth++;
  return depth;
}

/** A path as a txn has it made the one a snapshot has: "/" becomes "". */
export function fromTxn(path: RawText): RawText {
  return path === '/' ? ROOT : path;
}
