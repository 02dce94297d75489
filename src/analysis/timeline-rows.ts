// The parts of timelines as rows to be sorted: by path, what snapshots show first, then the ops in their order.
import { deserialize, serialize } from 'node:v8';
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import { pathKey } from '../source/canonical-key.js';
import type { SortRow } from '../store/sort.js';
import type { Timeline, TimelineItem } from './timeline.js';

/** A part of a timeline: what a snapshot shows, or an op. */
type Part =
  | { readonly path: RawText; readonly number: number; readonly znode: Znode }
  | { readonly path: RawText; readonly item: TimelineItem };

/** The row of what a snapshot shows; `place` is that among all such rows. */
export function sightingRow(number: number, znode: Znode, place: number): SortRow {
  const { path } = znode;
  return rowOf(path, 0, place, { path, number, znode });
}

/** The row of an op. */
export function itemRow(path: RawText, item: TimelineItem): SortRow {
  return rowOf(path, 1, item.order, { path, item });
}

function rowOf(path: RawText, kind: number, place: number, part: Part): SortRow {
  const tail = Buffer.allocUnsafe(7);
  tail[0] = kind;
  tail.writeUIntBE(place, 1, 6);
  return { key: Buffer.concat([pathKey(path), tail]), record: serialize(part) };
}

/** Puts timelines together again from sorted rows, in canonical order. */
export function* timelinesOf(records: Iterable<Buffer>): Generator<Timeline> {
  let path: RawText | null = null;
  let items: TimelineItem[] = [];
  let seen = new Map<number, Znode>();
  for (const record of records) {
    // Buffers of what is made of it are views.
    const part = deserialize(Buffer.from(record)) as Part;
    if (part.path !== path) {
      if (path !== null) yield { path, items, seen };
      path = part.path;
      items = [];
      seen = new Map();
    }
    if ('item' in part) items.push(part.item);
    else seen.set(part.number, part.znode);
  }
  if (path !== null) yield { path, items, seen };
}
