// Path ids for the znodes of a snapshot as they come.
import type { RawText } from '../jute/raw-text.js';
import { type OnProblem, problem } from '../problems.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { IdSet } from './id-set.js';
import { NotOrdinary, type PathFeed } from './path-feed.js';
import { PathStack } from './path-stack.js';
import { type PathTable, ROOT_ID } from './path-table.js';

/** The path id of the znode read last. */
export type Locate = (znode: ZnodeRecord) => number;

const SLASH = 0x2f;

/** For the first snapshot of an index, where every path is new. @throws NotOrdinary where one is not. */
export function newPaths(feed: PathFeed): Locate {
  const stack = new PathStack();
  let sawRoot = false;
  return ({ buffer, pathStart, pathEnd }) => {
    if (pathStart === pathEnd) {
      if (sawRoot) throw new NotOrdinary();
      sawRoot = true;
      stack.find(buffer, 0, 0);
      stack.push(buffer, 0, 0, ROOT_ID);
      return ROOT_ID;
    }
    const slash = lastSlash(buffer, pathEnd);
    const parent = stack.find(buffer, pathStart, slash);
    if (parent === 0) throw new NotOrdinary();
    const id = feed.add(parent, buffer, slash + 1, pathEnd);
    stack.push(buffer, pathStart, pathEnd, id);
    return id;
  };
}

/** Where paths may be known; reports orphans and duplicates. */
export function anyPaths(paths: PathTable, file: string, onProblem: OnProblem): Locate {
  const stack = new PathStack();
  const seen = new IdSet();
  return (znode) => {
    const { buffer, pathStart, pathEnd } = znode;
    const report = (code: 'znode-orphan' | 'znode-duplicate', expected: string, found: string) =>
      onProblem(problem(code, { file, offset: znode.offset, expected, found, where: `znode ${znode.text}` }));
    let id = ROOT_ID;
    if (pathStart === pathEnd) stack.find(buffer, 0, 0);
    else {
      const slash = lastSlash(buffer, pathEnd);
      let parent = stack.find(buffer, pathStart, slash);
      if (parent === 0) {
        parent = paths.parentOf(znode.path);
        if (!seen.has(parent)) report('znode-orphan', 'its parent before it', 'none');
      }
      id = paths.childOf(parent, buffer.toString('latin1', slash + 1, pathEnd) as RawText);
    }
    stack.push(buffer, pathStart, pathEnd, id);
    if (seen.has(id)) report('znode-duplicate', 'each path once', 'the path again');
    seen.add(id);
    return id;
  };
}

// A path that the reader passes on begins with a slash.
function lastSlash(buffer: Buffer, end: number): number {
  let at = end - 1;
  while (buffer[at] !== SLASH) at--;
  return at;
}
