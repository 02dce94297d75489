// Who may do what in the other cluster: entries of ACLs by a list of rules, a line each.
//
//   digest:alice:* => digest:alice:x1nq8J5GOJVPY6zgzhtTtA9izLc=    another password
//   sasl:kafka/*@OLD => sasl:kafka/*@NEW                            another realm; `*` stands for the same text
//   ip:10.1.2.3 => ip:192.168.2.3
//   ip:* => -                                                       the entry is left out
//
// The first line that fits an entry counts, an entry that none fits stays. `#` begins a comment.
import { UsageError } from '../errors.js';
import { displayText, type RawText, rawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { OPEN_ACL } from '../snapshot/acl-entry.js';

interface AclRule {
  readonly text: string;
  /** Its file and line. */
  readonly place: string;
  readonly regex: RegExp;
  /** Pieces between the stars; null where the entry is left out. */
  readonly to: readonly string[] | null;
}

/** What becomes of a list. */
export interface RuledAcl {
  readonly acl: readonly ACL[];
  readonly isChanged: boolean;
}

/** How ACLs are changed. */
export class AclRules {
  /** Rules that have fitted no entry so far. */
  readonly unused: Set<string>;
  readonly #rules: readonly AclRule[];

  /** @throws UsageError for a line that is no rule; `file` is where it stands. */
  constructor(text: string, file: string) {
    this.#rules = text.split('\n').flatMap((line, i) => ruleOf(line.trim(), `${file}, line ${i + 1}`));
    this.unused = new Set(this.#rules.map((rule) => rule.text));
  }

  /** The list with its rules applied; equal entries that come of it stand once. */
  apply(acl: readonly ACL[]): RuledAcl {
    const seen = new Set<string>();
    const out: ACL[] = [];
    let isChanged = false;
    for (const entry of acl) {
      const made = this.#entry(entry);
      if (made !== entry) isChanged = true;
      if (made === null) continue;
      const key = `${made.perms} ${idText(made)}`;
      if (made !== entry && seen.has(key)) continue;
      seen.add(key);
      out.push(made);
    }
    return { acl: out, isChanged };
  }

  #entry(entry: ACL): ACL | null {
    const text = idText(entry);
    for (const rule of this.#rules) {
      const match = rule.regex.exec(text);
      if (match === null) continue;
      this.unused.delete(rule.text);
      if (rule.to === null) return null;
      const last = rule.to.length - 1;
      const made = rule.to.map((piece, i) => (i < last ? piece + match[i + 1]! : piece)).join('');
      if (made === text) return entry;
      refuseNobody(made, rule.place);
      const colon = made.indexOf(':');
      const id = { scheme: made.slice(0, colon) as RawText, id: made.slice(colon + 1) as RawText };
      return { perms: entry.perms, id };
    }
    return entry;
  }
}

/** All may do everything. */
export const OPENED: RuledAcl = { acl: OPEN_ACL, isChanged: true };

function idText({ id: { scheme, id } }: ACL): string {
  return `${scheme ?? ''}:${id ?? ''}`;
}

function ruleOf(line: string, place: string): AclRule[] {
  if (line === '' || line.startsWith('#')) return [];
  const hint = 'a line is SCHEME:ID => SCHEME:ID, or SCHEME:ID => - to leave the entry out';
  const [from = '', to = '', ...rest] = line.split(/\s+=>\s+/);
  if (to === '' || rest.length > 0 || !/^[^:*]+:/.test(from)) {
    throw new UsageError(`${place}: ${displayText(rawText(line))} is no rule`, hint);
  }
  const source = rawText(from).split('*').map(escaped).join('(.*)');
  const regex = new RegExp(`^${source}$`, 's');
  if (to === '-') return [{ text: line, place, regex, to: null }];
  const pieces = rawText(to).split('*');
  if (!/^[^:*]+:/.test(to) || pieces.length > from.split('*').length) {
    throw new UsageError(`${place}: ${displayText(rawText(to))} cannot be made of ${from}`, hint);
  }
  if (pieces.length === 1) refuseNobody(pieces[0]!, place);
  return [{ text: line, place, regex, to: pieces }];
}

/**
 * A digest id is a user and a hash; servers take no other (DigestAuthenticationProvider.isValid), and nobody matches it.
 * @throws UsageError for one that is not.
 */
function refuseNobody(made: string, place: string): void {
  if (!made.startsWith('digest:') || /^digest:[^:]*:[^:]+$/.test(made)) return;
  const hint =
    'type digest:USER:HASH; HASH is what this prints: echo -n USER:PASSWORD | openssl sha1 -binary | openssl base64';
  throw new UsageError(`${place}: nobody could match ${displayText(made as RawText)}`, hint);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
