// Why servers stop at a place in a log, in their words and in plain ones.
import { opName } from '../records/op-code.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { AddNote, BootStop } from './boot-outcome.js';
import type { LogFacts, LogHazard } from './log-facts.js';
import { hasTrait, opReadSince } from './release.js';
import type { LogEnd } from './server-log.js';
import type { ServerSettings } from './server-settings.js';

/** Missing zxids between `last` and `next`. */
export function gapStop(
  last: Zxid,
  next: Zxid,
  place: { readonly file: string; readonly offset: number },
): BootStop {
  return {
    code: 'log-gap',
    error: `Committed proposal cached out of order: ${formatZxid(next)} is not the next proposal of ${formatZxid(last)}`,
    ...place,
    expected: `zxid ${formatZxid(last + 1n)}`,
    found: formatZxid(next),
    why: `txns ${formatZxid(last + 1n)} to ${formatZxid(next - 1n)} are missing, and releases from 3.9.4 on do not replay over a gap`,
    todo: 'Look for the missing log (another server, an older backup), or bring a newer snapshot of another server. Releases before 3.9.4 start, but without these txns.',
  };
}

/** A log that ends within its header, or is none. */
export function headerStop({ file, fileSize, header, magic }: LogFacts): BootStop {
  if (header === 'foreign') {
    return {
      code: 'log-magic',
      error: `has invalid magic number ${magic} != 1514884167`,
      file,
      offset: 0,
      expected: 'magic 5a4b4c47 (ZKLG)',
      found: (magic >>> 0).toString(16).padStart(8, '0'),
      why: 'its name is that of a log, and its content is not; servers read every such file behind their snapshot, and compressed ones never',
      todo: 'Copy the directory; in the copy, move the file out of version-2 (or decompress it).',
    };
  }
  return {
    code: 'log-header',
    error: 'java.io.EOFException',
    file,
    offset: fileSize,
    expected: '16 bytes of header',
    found: `${fileSize} bytes`,
    why: 'the log ends within its header, which servers do not expect (ZOOKEEPER-2332); no txn is in it',
    todo: 'Copy the directory; in the copy, move the file out of version-2.',
  };
}

const COMPARE =
  'Keep the file. Take its log from another server, or start from a snapshot behind this place; what follows it in this log is lost otherwise.';

/** Bytes; what claims more is damage. */
const LONGEST_SENSIBLE = 128 * 1024 * 1024;

function longest(hazards: readonly LogHazard[]): number {
  const lengths = hazards.filter(({ kind, value }) => kind === 'length' && value <= LONGEST_SENSIBLE);
  return Math.max(...lengths.map(({ value }) => value));
}

/** A length, an op code or a closeSession that others read. */
export function hazardStop(
  { file, hazards }: LogFacts,
  hazard: LogHazard,
  settings: ServerSettings,
): BootStop {
  const { kind, offset, value } = hazard;
  if (kind === 'op') return opStop(file, offset, value, settings);
  const unreasonable = { error: `Unreasonable length = ${value | 0}`, file, offset, found: `${value | 0}` };
  const expected = `a length of at most ${settings.limit}`;
  if (kind === 'closeSession') {
    return {
      ...unreasonable,
      code: 'close-session-length',
      expected,
      why: 'a closeSession has a digest and no list of paths, and this server takes the one for the other',
      todo: 'Start with -Dzookeeper.closeSessionTxn.enabled=false until a snapshot was taken behind it.',
    };
  }
  const isDamage = value > LONGEST_SENSIBLE;
  return {
    ...unreasonable,
    code: 'log-length',
    expected,
    why: isDamage
      ? 'a length in the log makes no sense'
      : `a txn is longer than this server reads (jute.maxbuffer and what is added to it: ${settings.limit} bytes)`,
    todo: isDamage
      ? COMPARE
      : `Start with -Djute.maxbuffer=${longest(hazards)} or more, which reads every txn of this log.`,
  };
}

function opStop(file: string, offset: number, code: number, { release }: ServerSettings): BootStop {
  const since = opReadSince(code, false);
  const name = opName(code);
  return {
    code: 'log-op',
    error: `Unsupported Txn with type=${hasTrait(release, 'namesTypeOddly') ? '%d' : ''}${code}`,
    file,
    offset,
    expected: 'an op code that the release reads',
    found: name === null ? `${code}` : `${code} (${name})`,
    why:
      since !== null
        ? `the log holds a ${name}, which ${release.text} does not read (${since} and later do)`
        : name === 'check'
          ? 'a raw client sent a check outside of a multi, which no release reads back (ZOOKEEPER-2623)'
          : 'no release reads a txn of that type',
    todo:
      since !== null
        ? 'Start the release that wrote it, let it take a snapshot, and bring the snapshot without the logs before it.'
        : 'Start from a snapshot taken behind this txn, without the logs before it.',
  };
}

/** Where all servers end a log; null where they go on with the next, with a note where it is odd. */
export function endStop(
  { file, hasBytesBehind }: LogFacts,
  end: LogEnd,
  settings: ServerSettings,
  note: AddNote,
): BootStop | null {
  const { kind, offset, expected, found } = end;
  const place = { file, offset };
  switch (kind) {
    // Without bytes behind it, it is what a killed server leaves.
    case 'mark':
    case 'short':
      if (hasBytesBehind) {
        note(
          'log-cut-short',
          `servers take byte ${offset} for the end of the file and leave out what follows`,
          place,
        );
      }
      return null;
    case 'padded':
      if (hasBytesBehind) {
        note('log-bytes-behind', `bytes follow the zeros at ${offset}, which servers do not read`, place);
      }
      return null;
    case 'clean':
    case 'torn':
      return null;
    case 'op':
      return opStop(file, offset, Number(found), settings);
    case 'checksum':
      return {
        ...place,
        code: 'log-checksum',
        error: 'CRC check failed',
        expected,
        found,
        why: 'the checksum of a txn does not match: bytes changed after they were written',
        todo: COMPARE,
      };
    case 'null':
      return {
        ...place,
        code: 'log-null',
        error: 'java.lang.NullPointerException',
        expected,
        found,
        why: 'null (-1) stands where servers expect a txn or its parts',
        todo: COMPARE,
      };
    case 'length':
      return {
        ...place,
        code: 'log-length',
        error: `Unreasonable length = ${found}`,
        expected,
        found,
        why: 'a length in the log makes no sense',
        todo: COMPARE,
      };
  }
}
