// What convert leaves out, alters and adds: counted by reason, and each told as a line.
import { bytesOf, displayText, isValidUtf8, type RawText } from '../jute/raw-text.js';

/** What happened to a znode. */
export type ChangeKind = 'left-out' | 'altered' | 'added';

/** Why; the text is for the manifest. */
export const REASONS = {
  ephemeral: 'ephemeral, whose session does not move to another cluster',
  'not-mapped': 'no --map covers it',
  'not-included': 'no --include fits it or what is above it',
  excluded: 'an --exclude fits it or what is above it',
  'quota-without-path': 'a quota whose path is not in the output, or is the root',
  'config-not-known': 'the target line does not know it',
  'config-reset': 'it names the servers of the source; each server writes its own',
  moved: 'it lies under another path',
  'new-place-of-root':
    'the root at another path; czxid and mzxid are the zxid of the output, times the newest in it',
  'acl-opened': 'its ACL is world:anyone:cdrwa now (--open-acls)',
  'acl-mapped': 'its ACL was changed by --acl-map',
  'acl-missing': 'the source lacks its ACL, which is world:anyone:cdrwa now (--missing-acls open)',
  'container-to-persistent': 'a container, persistent now (--containers persistent)',
  'ttl-to-persistent': 'a TTL znode, persistent now (--ttl persistent)',
  'ttl-of-353': 'a TTL as 3.5.3 wrote it, now as 3.5.4 and later do',
  'root-to-persistent': 'the root is always persistent',
  'counter-raised':
    'its cversion is that of the children it got: the next sequential one needs a name of its own',
  'path-decoded': 'its path is not UTF-8 and is now what servers read',
  parent: 'it is above what was mapped, and the source had no such znode',
  server: 'every server has it',
} as const;

/** A key of REASONS. */
export type Reason = keyof typeof REASONS;

/** What befell one znode. */
export interface ChangeLine {
  readonly change: ChangeKind;
  readonly reason: Reason;
  /** In the source; of what was added in the output. */
  readonly path: string;
  /** The path's bytes, where they are not UTF-8. */
  readonly pathBase64?: string;
}

/** All that befell for one reason. */
export interface ChangeSum {
  readonly change: ChangeKind;
  readonly reason: Reason;
  readonly why: string;
  readonly count: number;
  /** The first paths. */
  readonly examples: readonly string[];
}

const MOST_EXAMPLES = 20;

/** Takes what happens. */
export class Changes {
  readonly #sums = new Map<string, ChangeSum & { count: number; examples: string[] }>();
  /** Most have the reason of the one before. */
  #last: (ChangeSum & { count: number; examples: string[] }) | null = null;
  readonly #tell: (line: ChangeLine) => void;

  /** `tell` is told of each change but those that a rule on the command line makes of any number of znodes. */
  constructor(tell: (line: ChangeLine) => void) {
    this.#tell = tell;
  }

  /** One that is counted and told. */
  add(change: ChangeKind, reason: Reason, path: RawText): void {
    this.count(change, reason, path);
    const isText = isValidUtf8(path);
    const base64 = isText ? {} : { pathBase64: bytesOf(path).toString('base64') };
    this.#tell({ change, reason, path: shown(path), ...base64 });
  }

  /** One that is counted alone. */
  count(change: ChangeKind, reason: Reason, path: RawText): void {
    let sum = this.#last;
    if (sum?.change !== change || sum.reason !== reason) {
      const key = `${change} ${reason}`;
      sum = this.#sums.get(key) ?? { change, reason, why: REASONS[reason], count: 0, examples: [] };
      this.#sums.set(key, sum);
      this.#last = sum;
    }
    sum.count++;
    if (sum.examples.length < MOST_EXAMPLES) sum.examples.push(shown(path));
  }

  /** How many there were for a reason. */
  countOf(change: ChangeKind, reason: Reason): number {
    return this.#sums.get(`${change} ${reason}`)?.count ?? 0;
  }

  /** All so far, in the order in which they first came. */
  get sums(): readonly ChangeSum[] {
    return [...this.#sums.values()];
  }
}

/** A path for people, "/" for the root. */
export function shown(path: RawText): string {
  return path === '' ? '/' : displayText(path);
}
