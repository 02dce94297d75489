// Which snapshot a server takes (FileSnap.findNValidSnapshots and deserialize): the newest whose last bytes look
// right and that can be read to its end.
import { FileBytes } from '../container/file-bytes.js';
import { SNAPPY_MAGIC } from '../container/snappy.js';
import type { ProblemCode } from '../problems.js';
import { SEAL_MARK } from '../snapshot/seal.js';
import type { BootStop, PassedOver } from './boot-outcome.js';
import { trailerFault } from './boot-trailer.js';
import type { DataFile } from './data-dir.js';
import { codecOfExtension } from './file-name.js';
import { hasTrait } from './release.js';
import type { ServerSettings } from './server-settings.js';
import type { SnapshotFacts, SnapshotObstacle } from './snapshot-facts.js';

/** What looking for a snapshot comes to. */
export interface SnapshotChoice {
  /** Null where none is taken. */
  readonly snapshot: DataFile | null;
  /** Null where the server goes on; then `snapshot` null means that there is no candidate at all. */
  readonly stop: BootStop | null;
  readonly passedOver: readonly PassedOver[];
}

/** At most so many candidates are tried. */
const MOST = 100;
const SMALLEST = 10;

/** Chooses among the snapshots whose names are seen, in `visible` by zxid. */
export function chooseSnapshot(
  visible: readonly DataFile[],
  settings: ServerSettings,
  factsOf: (file: DataFile) => SnapshotFacts,
): SnapshotChoice {
  const passedOver: PassedOver[] = [];
  let candidates = 0;
  for (const file of [...visible].reverse()) {
    if (candidates === MOST) break;
    const weak = weakFault(file, settings);
    if (weak !== null) {
      passedOver.push({ file: file.path, ...weak, isRead: false });
      continue;
    }
    candidates++;
    const fault = faultOf(file, settings, factsOf);
    if (fault === null) return { snapshot: file, stop: null, passedOver };
    if (fault.effect === 'stops') return { snapshot: null, stop: fatalStop(file, fault), passedOver };
    const { code, offset, expected, found } = fault;
    passedOver.push({ file: file.path, code, offset, expected, found, isRead: true });
  }
  const stop = candidates === 0 ? null : noneValid(passedOver);
  return { snapshot: null, stop, passedOver };
}

type Fault = Pick<SnapshotObstacle, 'effect' | 'code' | 'offset' | 'error' | 'expected' | 'found'>;

function faultOf(
  file: DataFile,
  settings: ServerSettings,
  factsOf: (file: DataFile) => SnapshotFacts,
): Fault | null {
  const named = codecOf(file, settings);
  if (named !== file.codec) {
    const expected = `${named}, as the name says`;
    const error = 'mismatching magic headers';
    return { effect: 'passes over', code: 'name-codec', offset: 0, error, expected, found: file.codec };
  }
  const facts = factsOf(file);
  const obstacle = facts.obstacles.find((one) => stands(one, settings));
  if (obstacle !== undefined) return obstacle;
  const fault = facts.trailer === null ? null : trailerFault(facts.trailer, settings);
  return fault === null ? null : { effect: 'passes over', ...fault };
}

function stands({ when, length }: SnapshotObstacle, settings: ServerSettings): boolean {
  if (when === 'length') return length > settings.limit;
  return when === 'always' || (settings.extendedTypes && !settings.emulate353);
}

function codecOf(file: DataFile, { release }: ServerSettings) {
  return hasTrait(release, 'readsCompressed') ? codecOfExtension(file.extension) : 'raw';
}

/** What the cheap test (SnapStream.isValidSnapshot) says against a file; null where it may be one. */
function weakFault(file: DataFile, settings: ServerSettings): Omit<PassedOver, 'file' | 'isRead'> | null {
  const codec = codecOf(file, settings);
  const bytes = new FileBytes(file.path);
  try {
    if (codec !== 'raw') {
      const magic = codec === 'gzip' ? GZIP_MAGIC : SNAPPY_MAGIC;
      return weak(bytes, 0, magic, 'name-codec', `the first bytes of ${codec}`);
    }
    if (bytes.size < SMALLEST) {
      const code = bytes.size === 0 ? 'file-empty' : 'snapshot-cut';
      return { code, offset: bytes.size, expected: '10 bytes or more', found: `${bytes.size}` };
    }
    const mark = Buffer.from(SEAL_MARK, 'hex');
    return weak(bytes, bytes.size - mark.length, mark, 'snapshot-cut', 'the mark at the end');
  } finally {
    bytes.close();
  }
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

function weak(bytes: FileBytes, offset: number, wanted: Buffer, code: ProblemCode, what: string) {
  const there = Buffer.alloc(wanted.length);
  const found = there.subarray(0, bytes.readAt(there, offset));
  if (found.equals(wanted)) return null;
  return { code, offset, expected: `${what}, ${wanted.toString('hex')}`, found: found.toString('hex') };
}

function fatalStop(file: DataFile, { error, offset, expected, found }: Fault): BootStop {
  return {
    code: 'snapshot-fatal',
    error,
    file: file.path,
    offset,
    expected,
    found,
    why: 'the snapshot looks right from outside, and what is in it stops the server instead of having it take an older one',
    todo: 'Copy the directory; in the copy, move this snapshot out of version-2, so that an older one is taken with the logs behind it.',
  };
}

function noneValid(passedOver: readonly PassedOver[]): BootStop {
  const newest = passedOver.find(({ isRead }) => isRead)!;
  const read = passedOver.filter(({ isRead }) => isRead).length;
  return {
    code: 'snapshot-none-valid',
    error: 'Not able to find valid snapshots in',
    file: newest.file,
    offset: newest.offset,
    expected: newest.expected,
    found: newest.found,
    why: `${read === 1 ? 'the one snapshot' : `each of ${read} snapshots`} that looks right from outside is damaged, and with such ones there servers do not begin with an empty tree`,
    todo: 'Keep the directory. Take a sound snapshot of another server of the ensemble or from a backup, with the logs behind it.',
  };
}
