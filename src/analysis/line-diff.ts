// Differences between two texts, line by line (E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986).

/** A line that both texts have, or only the old or the new one. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Texts with more different lines than this are shown as one replaced by the other: the search is quadratic. */
const MOST_DIFFERENCES = 500;

/** Turns old lines into new ones with the fewest lines removed and added. */
export function lineDiff(old: readonly string[], now: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const a = old.slice(start, old.length - end);
  const b = now.slice(start, now.length - end);
  const same = (lines: readonly string[]) => lines.map((text): DiffLine => ({ sign: ' ', text }));
  return [...same(old.slice(0, start)), ...middle(a, b), ...same(old.slice(old.length - end))];
}

/** Only what differs and `context` lines around it; where lines are left out stands one with an ellipsis. */
export function withContext(lines: readonly DiffLine[], context: number): DiffLine[] {
  const isNear = new Array<boolean>(lines.length).fill(false);
  for (const [i, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    for (let j = Math.max(0, i - context); j <= Math.min(lines.length - 1, i + context); j++)
      isNear[j] = true;
  }
  const shown: DiffLine[] = [];
  for (const [i, line] of lines.entries()) {
    if (isNear[i]) shown.push(line);
    else if (i === 0 || isNear[i - 1]) shown.push({ sign: ' ', text: '…' });
  }
  return shown;
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const path = a.length === 0 || b.length === 0 ? null : shortestPath(a, b);
  if (path === null) {
    return [
      ...a.map((text) => ({ sign: '-', text }) as const),
      ...b.map((text) => ({ sign: '+', text }) as const),
    ];
  }
  return path;
}

/**
 * Walks diagonals of the edit graph: `reach[k]` is how far into `a` the path with the fewest differences comes on
 * diagonal k, where k is the place in `a` minus that in `b`. Null where there are too many differences.
 */
function shortestPath(a: readonly string[], b: readonly string[]): DiffLine[] | null {
  const most = Math.min(a.length + b.length, MOST_DIFFERENCES);
  const middleOf = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const steps: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    steps.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && reach[middleOf + k - 1]! < reach[middleOf + k + 1]!);
      let x = isDown ? reach[middleOf + k + 1]! : reach[middleOf + k - 1]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[middleOf + k] = x;
      if (x >= a.length && x - k >= b.length) return backwards(a, b, steps, middleOf);
    }
  }
  return null;
}

function backwards(
  a: readonly string[],
  b: readonly string[],
  steps: readonly Int32Array[],
  middleOf: number,
): DiffLine[] {
  const lines: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = steps.length - 1; d >= 0; d--) {
    const reach = steps[d]!;
    const k = x - y;
    const isDown = k === -d || (k !== d && reach[middleOf + k - 1]! < reach[middleOf + k + 1]!);
    const before = isDown ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : reach[middleOf + before]!;
    const fromY = d === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) {
      lines.push({ sign: ' ', text: a[x - 1]! });
      x--;
      y--;
    }
    if (d === 0) break;
    if (isDown) lines.push({ sign: '+', text: b[--y]! });
    else lines.push({ sign: '-', text: a[--x]! });
  }
  return lines.reverse();
}
