// Paths as txns and trees spell them.
import type { RawText } from '../jute/raw-text.js';

/** The path of a txn as a tree knows it: txns call the root "/", snapshots and trees "". */
export function treePath(path: RawText): RawText {
  return path === '/' ? ('' as RawText) : path;
}

/** The path of the parent, "" for what is at the top. */
export function parentPath(path: RawText): RawText {
  return path.slice(0, path.lastIndexOf('/')) as RawText;
}

/** True for `ancestor` itself and all that is below it. */
export function isAtOrBelow(path: RawText, ancestor: RawText): boolean {
  return (
    path.startsWith(ancestor) &&
    (path.length === ancestor.length || path.charCodeAt(ancestor.length) === 0x2f)
  );
}
