// Options that several commands share, each declared once.
import { UsageError } from '../errors.js';
import { formatZxid, parseZxid } from '../records/zxid.js';
import { DATA_MODES } from '../render/bytes.js';
import { FORMATS } from '../render/render.js';
import type { TxnRange } from '../source/sources.js';
import { parseTime, timeZone } from '../source/time.js';
import { pathMap, wholeNumber, znodePath } from './coerce.js';
import type { OptionTable } from './command.js';

const OUTPUT = 'Output:';

/** How rows are printed. */
export const outputOptions = {
  format: {
    type: 'string',
    choices: FORMATS,
    default: 'table',
    group: OUTPUT,
    describe: 'How rows are written; the same on a terminal and in a pipe',
  },
  limit: {
    type: 'string',
    requiresArg: true,
    coerce: wholeNumber,
    group: OUTPUT,
    describe: 'Most rows; 0 for all (default: all, in a table 1000)',
  },
  quiet: {
    type: 'boolean',
    alias: 'q',
    default: false,
    group: OUTPUT,
    describe: 'Say nothing on stderr but errors',
  },
} as const satisfies OptionTable;

/** How a directory is read. */
export const directoryOptions = {
  'log-dir': {
    type: 'string',
    requiresArg: true,
    describe:
      'dataLogDir, where logs lie elsewhere than snapshots (default: beside them; of a zoo.cfg, as it says)',
  },
} as const satisfies OptionTable;

/** How a SOURCE is read. */
export const sourceOptions = {
  ...directoryOptions,
  'all-copies': {
    type: 'boolean',
    default: false,
    describe:
      'Of a cluster in an index: also what was not committed, and past forks (default: the agreed history)',
  },
} as const satisfies OptionTable;

/** The zone of times as they are typed. */
const zoneOption = {
  tz: {
    type: 'string',
    requiresArg: true,
    default: 'UTC',
    coerce: timeZone,
    describe: 'Time zone of times without one, as Europe/Berlin; output is always UTC',
  },
} as const satisfies OptionTable;

/** How a tree is read. */
export const treeOptions = {
  ...sourceOptions,
  ...zoneOption,
  inexact: {
    type: 'boolean',
    default: false,
    describe: 'Show the tree of a moment that cannot be had rightly, as it may have been',
  },
} as const satisfies OptionTable;

/** How data is shown. The default is the command's to say. */
export const dataOption = {
  data: {
    type: 'string',
    choices: DATA_MODES,
    group: OUTPUT,
    describe: 'How data is shown: text where it is UTF-8 and else base64 (auto), or as said',
  },
} as const satisfies OptionTable;

/** File, offset and length with each row. */
export const evidenceOption = {
  evidence: {
    type: 'boolean',
    default: false,
    group: OUTPUT,
    describe: 'Add file, byte offset and length of the record to each row',
  },
} as const satisfies OptionTable;

/** How owners are read. */
export const kindOption = {
  emulate353: {
    type: 'boolean',
    default: false,
    describe: 'Read negative owners as TTLs written by 3.5.3 (zookeeper.emulate353TTLNodes)',
  },
} as const satisfies OptionTable;

/** A range of time and zxid. */
export const rangeOptions = {
  since: {
    type: 'string',
    requiresArg: true,
    describe: 'Not before this time, ISO 8601 or "2026-11-21 03:17"; what is left out is 0',
  },
  until: { type: 'string', requiresArg: true, describe: 'Before this time' },
  ...zoneOption,
  from: {
    type: 'string',
    requiresArg: true,
    coerce: parseZxid,
    describe: 'From this zxid on, 0x50000002f or EPOCH:COUNTER',
  },
  to: {
    type: 'string',
    requiresArg: true,
    coerce: parseZxid,
    describe: 'Up to this zxid, which is included',
  },
} as const satisfies OptionTable;

/** Values of `rangeOptions`. */
export interface RangeArgs {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly tz: string;
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
}

/** The range that was asked for. Ends that were not given are absent. @throws UsageError where nothing can be in it. */
export function rangeOf({ since, until, tz, from, to }: RangeArgs): TxnRange {
  const range = {
    ...(since === undefined ? {} : { since: parseTime(since, tz) }),
    ...(until === undefined ? {} : { until: parseTime(until, tz) }),
    ...(from === undefined ? {} : { fromZxid: from }),
    ...(to === undefined ? {} : { toZxid: to }),
  };
  if (from !== undefined && to !== undefined && from > to) {
    const hint = `type --from ${formatZxid(to)} --to ${formatZxid(from)}`;
    throw new UsageError(`--from ${formatZxid(from)} is behind --to ${formatZxid(to)}`, hint);
  }
  if (range.since !== undefined && range.until !== undefined && range.since >= range.until) {
    const hint = '--since is included, --until is not';
    throw new UsageError(`--since ${since} is not before --until ${until}`, hint);
  }
  return range;
}

/** @throws UsageError where the least that is asked for is more than the most. */
export function checkLimits(what: string, least: number | undefined, most: number | undefined): void {
  if (least === undefined || most === undefined || least <= most) return;
  throw new UsageError(`--min-${what} ${least} is more than --max-${what} ${most}`, 'nothing can be both');
}

/** Under which other paths a tree comes to lie. */
export const mapOption = {
  map: {
    type: 'string',
    array: true,
    nargs: 1,
    coerce: pathMap,
    describe:
      'FROM=TO: what is at and below FROM lies at TO; several times, the longest FROM wins. What no FROM covers is left out',
  },
} as const satisfies OptionTable;

/** SOURCE, the first argument of every command. */
export const sourcePositional = {
  source: {
    type: 'string',
    demandOption: true,
    describe: 'Snapshot, log, dataDir or version-2, folder of servers, tar of these, zoo.cfg, or index',
  },
} as const satisfies OptionTable;

/** SOURCE and the path of a znode that must be there. */
export const znodePositionals = {
  ...sourcePositional,
  znode: { type: 'string', demandOption: true, coerce: znodePath, describe: 'Path of a znode' },
} as const satisfies OptionTable;

/** SOURCE and the znode at the top of what is meant; default: the whole tree. */
export const subtreePositionals = {
  ...sourcePositional,
  znode: {
    type: 'string',
    default: '/',
    coerce: znodePath,
    describe: 'Only this znode and what is below it',
  },
} as const satisfies OptionTable;

/** How the rows of znodes are made. */
export const znodeOptions = {
  ...dataOption,
  ...evidenceOption,
  ...kindOption,
  ...treeOptions,
} as const satisfies OptionTable;
