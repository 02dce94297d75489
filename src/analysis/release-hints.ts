// Which releases can have written a file, by what is in it (FORMAT.md 3, 5 and 10).

/** A release line, as major and minor, and a patch where the line is not enough. */
export type Release = readonly [major: number, minor: number, patch: number];

/** Something that only some releases write. */
export interface ReleaseHint {
  /** No release before it writes this; null where the hint says nothing about that. */
  readonly since: Release | null;
  /** For people: `digest block: 3.6 or later`. */
  readonly text: string;
}

/** What gives releases away, by a name that the readers of files use. */
export const RELEASE_HINTS = {
  'digest-block': { since: [3, 6, 0], text: 'digest block: 3.6 or later' },
  'last-zxid-block': { since: [3, 9, 0], text: 'lastProcessedZxid block: 3.9 or later' },
  compressed: { since: [3, 6, 0], text: 'compressed snapshot: 3.6 or later' },
  config: { since: [3, 5, 0], text: '/zookeeper/config: 3.5 or later' },
  container: { since: [3, 5, 1], text: 'container znodes: 3.5.1 or later' },
  ttl: { since: [3, 5, 4], text: 'TTL znodes: 3.5.4 or later' },
  'txn-digest': { since: [3, 6, 0], text: 'digests in txns: 3.6 or later' },
  'no-txn-digest': { since: null, text: 'no digests in txns: 3.5 or earlier, or digest.enabled=false' },
  'close-session-paths': { since: [3, 6, 0], text: 'closeSession lists its deletes: 3.6 or later' },
  create2: { since: [3, 5, 0], text: 'create2: 3.5 or later' },
  reconfig: { since: [3, 5, 0], text: 'reconfig: 3.5 or later' },
  createContainer: { since: [3, 5, 1], text: 'createContainer: 3.5.1 or later' },
  deleteContainer: { since: [3, 5, 1], text: 'deleteContainer: 3.5.1 or later' },
  createTTL: { since: [3, 5, 3], text: 'createTTL: 3.5.3 or later' },
  'multi: create2': { since: [3, 7, 2], text: 'create2 in a multi: 3.7.2, 3.8.2 or later' },
  'multi: createContainer': { since: [3, 5, 4], text: 'createContainer in a multi: 3.5.4 or later' },
  'multi: createTTL': { since: [3, 5, 4], text: 'createTTL in a multi: 3.5.4 or later' },
  multi: { since: [3, 4, 0], text: 'multi: 3.4 or later' },
  'create-v0': { since: null, text: 'create without parentCVersion: before 3.4' },
  'quota-exceeded': { since: [3, 7, 0], text: 'QUOTAEXCEEDED: 3.7 or later' },
} as const satisfies Readonly<Record<string, ReleaseHint>>;

/** A key of RELEASE_HINTS. */
export type ReleaseHintName = keyof typeof RELEASE_HINTS;

/** What a set of hints says together. */
export interface ReleaseGuess {
  /** The oldest release that writes all of it, `3.6+`; null where any may have. */
  readonly release: string | null;
  /** Every hint in words, what says most first. */
  readonly hints: readonly string[];
}

/** Puts hints together. */
export function releaseGuess(names: Iterable<ReleaseHintName>): ReleaseGuess {
  const found: ReleaseHint[] = [...names].map((name) => RELEASE_HINTS[name]);
  found.sort((a, b) => compare(b.since, a.since) || (a.text < b.text ? -1 : 1));
  const newest = found[0]?.since ?? null;
  return {
    release: newest === null ? null : `${releaseText(newest)}+`,
    hints: found.map(({ text }) => text),
  };
}

/** True for a name that is a hint. */
export function isReleaseHint(name: string): name is ReleaseHintName {
  return Object.hasOwn(RELEASE_HINTS, name);
}

function compare(a: Release | null, b: Release | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function releaseText([major, minor, patch]: Release): string {
  return patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`;
}
