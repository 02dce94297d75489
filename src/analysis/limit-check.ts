// doctor: what comes near a limit: jute.maxbuffer, the ten digits of sequential names, the counter of an epoch.
import type { RawText } from '../jute/raw-text.js';
import { type Problem, type ProblemCode, problem } from '../problems.js';
import { counterOf, epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { shownPath } from './paths.js';

/** From this part of a limit on it is worth a word. */
const NEAR = 0.8;
const CVERSION = 36;
const LARGEST_INT = 2 ** 31 - 1;
const LARGEST_COUNTER = 2 ** 32 - 1;
const MOST_FOUND = 1000;

/** Something near a limit. */
interface Found {
  readonly path: RawText;
  readonly offset: number;
  value: number;
}

/** Follows sizes and counters. */
export class LimitCheck {
  readonly #maxBuffer: number;
  readonly #data: Found[] = [];
  readonly #lists: Found[] = [];
  readonly #sequences: Found[] = [];
  /** By level, of the current znode and its ancestors: bytes of the names of children, as an answer lists them. */
  readonly #bytes: number[] = [];
  readonly #offsets: number[] = [];
  /** By level, what was found of the child list; null while it is small. */
  readonly #near: (Found | null)[] = [];

  /** `maxBuffer` is jute.maxbuffer in bytes. */
  constructor(maxBuffer: number) {
    this.#maxBuffer = maxBuffer;
  }

  /** `parentLevel` is that of its parent among its ancestors, -1 where that is not known. */
  add(znode: ZnodeRecord, parentLevel: number): void {
    const { view, statStart, dataLength, offset } = znode;
    if (dataLength > NEAR * this.#maxBuffer) keep(this.#data, znode.path, offset, dataLength);
    const cversion = view.getInt32(statStart + CVERSION);
    if (cversion < 0 || cversion > NEAR * LARGEST_INT) keep(this.#sequences, znode.path, offset, cversion);
    if (parentLevel >= 0) this.#listed(znode, parentLevel);
    const level = parentLevel + 1;
    this.#bytes[level] = 4;
    this.#offsets[level] = offset;
    this.#near[level] = null;
  }

  *problems(file: string, zxid: Zxid): Generator<Problem> {
    const max = this.#maxBuffer;
    const found = (code: ProblemCode, { path, offset }: Found, expected: string, what: string) =>
      problem(code, { file, offset, expected, found: what, where: `znode ${shownPath(path)}` });
    const buffer = `less than jute.maxbuffer, ${max} bytes`;
    for (const one of this.#data) {
      yield found('data-near-maxbuffer', one, buffer, `${one.value} bytes of data`);
    }
    for (const one of this.#lists) {
      yield found('children-near-maxbuffer', one, buffer, `${one.value} bytes of child names`);
    }
    for (const one of this.#sequences) {
      const expected = `a next sequence number well below ${LARGEST_INT}`;
      yield found('sequence-near-end', one, expected, String(one.value));
    }
    const counter = Number(counterOf(zxid));
    if (counter <= NEAR * LARGEST_COUNTER) return;
    const expected = `a counter well below 0x${LARGEST_COUNTER.toString(16)}`;
    const what = `0x${counter.toString(16)} in epoch ${epochOf(zxid)}`;
    yield problem('zxid-near-rollover', { file, offset: 0, expected, found: what, where: formatZxid(zxid) });
  }

  #listed(znode: ZnodeRecord, parentLevel: number): void {
    const { pathStart, pathEnd, buffer } = znode;
    const slash = buffer.lastIndexOf(0x2f, pathEnd - 1);
    const bytes = this.#bytes[parentLevel]! + 4 + pathEnd - slash - 1;
    this.#bytes[parentLevel] = bytes;
    if (bytes <= NEAR * this.#maxBuffer) return;
    const near = this.#near[parentLevel] ?? null;
    if (near !== null) near.value = bytes;
    else {
      const parent = znode.path.slice(0, slash - pathStart) as RawText;
      this.#near[parentLevel] = keep(this.#lists, parent, this.#offsets[parentLevel]!, bytes);
    }
  }
}

function keep(list: Found[], path: RawText, offset: number, value: number): Found {
  const found = { path, offset, value };
  if (list.length < MOST_FOUND) list.push(found);
  return found;
}
