// Conditions on a tree, as people type them: `exists /a/b`, `children /a > 100`, `data /a = text`, `sql: SELECT …`.
import { UsageError } from '../errors.js';
import { displayText, type RawText, rawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { formatPerms } from '../records/perms.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { parseId } from '../records/zxid.js';

/** A znode as conditions see it. */
export interface ZnodeFacts {
  /** Null data is null; undefined where an index was made without data. */
  readonly data: Buffer | null | undefined;
  /** Bytes. */
  readonly dataLength: number;
  readonly acl: readonly ACL[] | null;
  readonly stat: StatPersisted;
}

/** A condition on one znode. What is said of a znode that is not there does not hold. */
export interface ZnodeCondition {
  readonly kind: 'znode';
  readonly path: RawText;
  readonly isNegated: boolean;
  /** True where it is about the number of children, which `holds` takes. */
  readonly needsChildren: boolean;
  readonly needsData: boolean;
  holds(znode: ZnodeFacts, children: number): boolean;
}

/** A condition in SQL: a SELECT of one value, which holds where it is a number other than 0. */
export interface SqlCondition {
  readonly kind: 'sql';
  readonly statement: string;
}

export type Condition = ZnodeCondition | SqlCondition;

const HINT =
  'type "exists /a", "not exists /a", "data /a = text", "data /a ~ regex", "data /a = hex:00ff", "data /a = null", ' +
  '"children /a > 10", "bytes /a > 10", "version /a > 10", "owner /a = 0x…", "acl /a has world:anyone", or "sql: SELECT …"';

const SHAPE = /^(not\s+)?(exists|data|children|bytes|version|owner|acl)\s+(.*)$/is;
const OPERATORS: Readonly<Record<string, RegExp>> = {
  data: /\s(!=|=|~)\s?/,
  children: /\s*(>=|<=|!=|=|>|<)\s*/,
  bytes: /\s*(>=|<=|!=|=|>|<)\s*/,
  version: /\s*(>=|<=|!=|=|>|<)\s*/,
  owner: /\s*(!=|=)\s*/,
  acl: /\s(has)\s+/i,
};

/** Understands a condition. @throws UsageError for what is none. */
export function parseCondition(text: string): Condition {
  const sql = /^\s*sql:\s*(.+)$/is.exec(text);
  if (sql !== null) return { kind: 'sql', statement: sql[1]! };
  const shape = SHAPE.exec(text.trim());
  if (shape === null)
    throw new UsageError(`${text.trim() === '' ? 'nothing' : text} is not a condition`, HINT);
  const isNegated = shape[1] !== undefined;
  const what = shape[2]!.toLowerCase();
  const { path, operator, value } = divided(what, shape[3]!, text);
  return {
    kind: 'znode',
    path,
    isNegated,
    needsChildren: false,
    needsData: false,
    ...testOf(what, operator, value),
  };
}

interface Divided {
  readonly path: RawText;
  readonly operator: string;
  readonly value: string;
}

/** A path, which may stand in quotes, and what is said of it. */
function divided(what: string, rest: string, whole: string): Divided {
  const quoted = /^(["'])(.*?)\1/s.exec(rest);
  const operators = OPERATORS[what];
  const behind = quoted === null ? rest : rest.slice(quoted[0].length);
  if (operators === undefined) {
    if (quoted !== null && behind.trim() !== '')
      throw new UsageError(`${whole}: nothing can follow the path`, HINT);
    return { path: pathOf(quoted?.[2] ?? rest.trim()), operator: '', value: '' };
  }
  const found = operators.exec(behind);
  if (found === null) throw new UsageError(`${whole}: it says nothing of the znode`, HINT);
  const path = quoted?.[2] ?? behind.slice(0, found.index).trim();
  return {
    path: pathOf(path),
    operator: found[1]!.toLowerCase(),
    value: behind.slice(found.index + found[0].length),
  };
}

function pathOf(text: string): RawText {
  if (text === '/') return '' as RawText;
  if (!text.startsWith('/') || text.endsWith('/') || text.includes('//')) {
    throw new UsageError(
      `${text === '' ? 'nothing' : text} is not the path of a znode`,
      'paths begin with /',
    );
  }
  return rawText(text);
}

type Test = Pick<ZnodeCondition, 'holds'> & Partial<Pick<ZnodeCondition, 'needsChildren' | 'needsData'>>;

function testOf(what: string, operator: string, value: string): Test {
  switch (what) {
    case 'exists':
      return { holds: () => true };
    case 'data':
      return { ...dataTest(operator, value), needsData: true };
    case 'children': {
      const compare = comparison(operator, value);
      return { holds: (_, children) => compare(children), needsChildren: true };
    }
    case 'bytes': {
      const compare = comparison(operator, value);
      return { holds: ({ dataLength }) => compare(dataLength) };
    }
    case 'version': {
      const compare = comparison(operator, value);
      return { holds: ({ stat }) => compare(stat.version) };
    }
    case 'owner': {
      const owner = parseId(value.trim());
      return { holds: ({ stat }) => (stat.ephemeralOwner === owner) === (operator === '=') };
    }
    default:
      return aclTest(value.trim());
  }
}

function comparison(operator: string, typed: string): (value: number) => boolean {
  const bound = Number(typed.trim());
  if (!/^-?\d+$/.test(typed.trim()) || !Number.isSafeInteger(bound)) {
    throw new UsageError(`${typed.trim() === '' ? 'nothing' : typed.trim()} is not a whole number`, HINT);
  }
  switch (operator) {
    case '>':
      return (value) => value > bound;
    case '<':
      return (value) => value < bound;
    case '>=':
      return (value) => value >= bound;
    case '<=':
      return (value) => value <= bound;
    case '!=':
      return (value) => value !== bound;
    default:
      return (value) => value === bound;
  }
}

function dataTest(operator: string, typed: string): Test {
  if (operator === '~') {
    const regex = regexOf(typed);
    return { holds: ({ data }) => data != null && regex.test(data.toString('utf8')) };
  }
  const isWanted = operator === '=';
  if (typed.trim() === 'null') return { holds: ({ data }) => (data === null) === isWanted };
  const bytes = bytesOfTyped(typed);
  return { holds: ({ data }) => (data?.equals(bytes) ?? false) === isWanted };
}

function regexOf(typed: string): RegExp {
  try {
    return new RegExp(typed, 'su');
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^I/, 'i'));
  }
}

function bytesOfTyped(typed: string): Buffer {
  const hex = /^hex:\s*(.*)$/is.exec(typed);
  if (hex === null) return Buffer.from(typed, 'utf8');
  const digits = hex[1]!.trim();
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) throw new UsageError(`${digits} is not hex`, 'two digits a byte');
  return Buffer.from(digits, 'hex');
}

/** `scheme:id` or `scheme:id:perms`; the entry must have at least these perms. */
function aclTest(typed: string): Test {
  const parts = /^([^:]+):(.*?)(?::([cdrwa]+))?$/s.exec(typed);
  if (parts === null)
    throw new UsageError(`${typed} is no entry of an ACL`, 'type world:anyone or digest:bob:…:cdrwa');
  const [, scheme, id, perms = ''] = parts;
  const isIt = (entry: ACL) => {
    const letters = formatPerms(entry.perms);
    return (
      displayText(entry.id.scheme ?? ('' as RawText)) === scheme &&
      displayText(entry.id.id ?? ('' as RawText)) === id &&
      [...perms].every((letter) => letters.includes(letter))
    );
  };
  return { holds: ({ acl }) => acl?.some(isIt) ?? false };
}
