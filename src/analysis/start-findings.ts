// doctor: what comes of starting servers, as findings. Releases to which the same happens are one.
import { type Problem, problem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { BootRow } from './boot-row.js';
import type { ServerFacts } from './inspect.js';

/** Starts that fail at one place. */
export interface StopPlace {
  /** The first of them. */
  readonly boot: BootRow;
  readonly releases: readonly string[];
}

/** The starts that fail, those at one place together. */
export function stopsOf(boots: readonly BootRow[]): StopPlace[] {
  const places = new Map<string, { readonly boot: BootRow; readonly releases: string[] }>();
  for (const boot of boots) {
    if (boot.starts) continue;
    const key = `${boot.server} ${boot.code} ${boot.file} ${boot.offset}`;
    const place = places.get(key) ?? { boot, releases: [] };
    place.releases.push(boot.release);
    places.set(key, place);
  }
  return [...places.values()];
}

/** What a server that starts leaves out, in words; null where that is nothing. `newest` is the newest zxid there is. */
export function lossOf({ zxid, notes }: BootRow, newest: Zxid | null): string | null {
  if (newest !== null && zxid !== null && zxid < newest) {
    return `it ends at ${formatZxid(zxid)}, and txns up to ${formatZxid(newest)} are here`;
  }
  const hole = notes.find(({ code }) => code === 'gap' || code === 'logs-dropped' || code === 'fuzzy-end');
  return hole?.text ?? null;
}

/** Findings of the starts: where servers stop, what they leave out, and what they delete. */
export function startFindings(facts: ServerFacts, boots: readonly BootRow[], newest: Zxid | null): Problem[] {
  return [
    ...stops(facts, boots),
    ...losses(facts, boots, newest),
    ...deletions(facts, boots),
    ...differences(facts, boots),
  ];
}

/** `3.7.2, 3.8.6 and 3.9.5` */
export function listOf(releases: readonly string[]): string {
  return releases.length === 1 ? releases[0]! : `${releases.slice(0, -1).join(', ')} and ${releases.at(-1)}`;
}

function stops({ snapDir }: ServerFacts, boots: readonly BootRow[]): Problem[] {
  return stopsOf(boots).map(({ boot, releases }) =>
    problem('server-stops', {
      file: boot.file ?? snapDir,
      offset: boot.offset ?? 0,
      expected: boot.expected!,
      found: `${boot.found}: ${boot.why}`,
      where: `${listOf(releases)}: ${boot.code}, "${boot.error}"`,
    }),
  );
}

function losses({ logDir }: ServerFacts, boots: readonly BootRow[], newest: Zxid | null): Problem[] {
  const found = together(boots, (boot) => (boot.starts ? lossOf(boot, newest) : null));
  return found.map(([text, releases]) =>
    problem('server-loses', {
      file: logDir,
      offset: 0,
      expected: 'every txn that is here',
      found: text,
      where: listOf(releases),
    }),
  );
}

/** Kinds of znode that a start deletes for want of knowing them. */
function deletions({ snapDir }: ServerFacts, boots: readonly BootRow[]): Problem[] {
  const found = together(boots, ({ deletes }) => {
    const { ttl = 0, container = 0 } = deletes ?? {};
    const kinds = [ttl > 0 ? `${ttl} TTL` : '', container > 0 ? `${container} container` : ''];
    const lost = kinds.filter((text) => text !== '');
    return lost.length === 0
      ? null
      : `${lost.join(' and ')} znode${ttl + container === 1 ? '' : 's'} deleted`;
  });
  return found.map(([text, releases]) =>
    problem('server-deletes', {
      file: snapDir,
      offset: 0,
      expected: 'every znode kept',
      found: text,
      where: listOf(releases),
    }),
  );
}

/** Znodes that a replay leaves otherwise than they were. */
function differences({ snapDir }: ServerFacts, boots: readonly BootRow[]): Problem[] {
  const found = together(boots, ({ differs }) => {
    if (differs === null) return null;
    const { znodes, examples } = differs;
    const [first] = examples;
    const many = znodes === 1 ? '1 znode' : `${znodes} znodes`;
    return `${many} otherwise, the first ${first!.path}: ${first!.what}`;
  });
  return found.map(([text, releases]) =>
    problem('server-differs', {
      file: snapDir,
      offset: 0,
      expected: 'the tree that these txns made',
      found: text,
      where: listOf(releases),
    }),
  );
}

/** The releases by what `textOf` says of their start; those of which it says nothing are left out. */
function together(boots: readonly BootRow[], textOf: (boot: BootRow) => string | null): [string, string[]][] {
  const releases = new Map<string, string[]>();
  for (const boot of boots) {
    const text = textOf(boot);
    if (text !== null) releases.set(text, [...(releases.get(text) ?? []), boot.release]);
  }
  return [...releases];
}
