// The options of convert. What they ask for, taken together, is in `convert-args.ts`.
import type { ConvertOptions } from '../convert/options.js';
import { parseRelease } from '../datadir/release.js';
import { UsageError } from '../errors.js';
import { parseZxid } from '../records/zxid.js';
import { kindOption, outputOptions, treeOptions } from './options.js';

const WHAT = 'What is converted:';
const HOW = 'As what:';
const OUTPUT = 'Output:';

export const convertOptions = {
  output: {
    type: 'string',
    alias: 'o',
    demandOption: true,
    group: OUTPUT,
    describe:
      'The folder to make: a dataDir with version-2, manifest.json and changes.ndjson; whole or not at all',
  },
  for: {
    type: 'string',
    demandOption: true,
    coerce: parseRelease,
    group: HOW,
    describe: 'The release that is to start on it, 3.9 or 3.9.5',
  },
  map: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    group: WHAT,
    describe: 'FROM=TO, a subtree under another path; what no FROM covers is left out. May be repeated',
  },
  into: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    group: WHAT,
    describe: 'Of several SOURCEs: the path that each comes to lie at, once for each, in their order',
  },
  include: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    group: WHAT,
    describe: 'Only what this path pattern fits, what is below it and what is above it. May be repeated',
  },
  exclude: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    group: WHAT,
    describe: 'Not what this path pattern fits, nor what is below it. May be repeated',
  },
  'keep-sessions': {
    type: 'boolean',
    default: false,
    group: WHAT,
    describe: 'Keep sessions and ephemerals: only for the same cluster',
  },
  'keep-config': {
    type: 'boolean',
    default: false,
    group: WHAT,
    describe: 'Keep the data of /zookeeper/config, which names the servers of the source',
  },
  verbatim: {
    type: 'boolean',
    default: false,
    group: WHAT,
    describe:
      'A snapshot file as it stands, byte by byte: sessions, order, ACL table; only --codec changes it',
  },
  'acl-map': {
    type: 'string',
    group: HOW,
    describe: 'File of rules for ACLs, a line each: SCHEME:ID => SCHEME:ID; * for any text, - to leave out',
  },
  'open-acls': {
    type: 'boolean',
    default: false,
    group: HOW,
    describe: 'Give every znode the ACL world:anyone:cdrwa',
  },
  'missing-acls': {
    type: 'string',
    choices: ['refuse', 'open'],
    default: 'refuse',
    group: HOW,
    describe:
      'Where a snapshot lacks the ACL of a znode (servers then let nobody have it): world:anyone:cdrwa',
  },
  containers: {
    type: 'string',
    choices: ['keep', 'persistent'],
    default: 'keep',
    group: HOW,
    describe: 'What becomes of containers, which 3.4 does not know',
  },
  ttl: {
    type: 'string',
    choices: ['keep', 'persistent'],
    default: 'keep',
    group: HOW,
    describe: 'What becomes of TTL znodes, which servers before 3.5.4 or without extendedTypesEnabled delete',
  },
  zxid: {
    type: 'string',
    default: 'keep',
    coerce: wantedZxid,
    group: HOW,
    describe: 'Zxid to go on from: keep, fresh (the first of the next epoch), 0x50000002f or EPOCH:COUNTER',
  },
  codec: {
    type: 'string',
    choices: ['raw', 'gz', 'snappy'],
    default: 'raw',
    group: HOW,
    describe: 'How the snapshot is compressed; gz and snappy for 3.6 and later',
  },
  trailer: {
    type: 'boolean',
    default: true,
    group: HOW,
    describe: 'Write the tree digest behind the tree; --no-trailer for servers with digest.enabled=false',
  },
  servers: {
    type: 'string',
    coerce: myids,
    group: OUTPUT,
    describe: 'For an ensemble: numbers with commas, 1,2,3; each gets a folder of its own with its myid',
  },
  'dry-run': {
    type: 'boolean',
    default: false,
    group: OUTPUT,
    describe: 'Say what would be made, and write nothing',
  },
  force: {
    type: 'boolean',
    default: false,
    group: OUTPUT,
    describe: 'Where the folder exists, rename it to NAME.old-TIME',
  },
  format: {
    type: 'string',
    choices: ['text', 'json'],
    default: 'text',
    group: OUTPUT,
    describe: 'A summary, or the manifest',
  },
  quiet: outputOptions.quiet,
  ...kindOption,
  ...treeOptions,
} as const;

function wantedZxid(text: string): ConvertOptions['zxid'] {
  return text === 'keep' || text === 'fresh' ? text : parseZxid(text);
}

/** Numbers of servers. @throws UsageError for what is none, and for one that is there twice. */
function myids(text: string): readonly string[] {
  const ids = text.split(',');
  for (const [i, id] of ids.entries()) {
    if (!/^[1-9]\d{0,2}$/.test(id) || Number(id) > 255) {
      throw new UsageError(
        `${id || 'nothing'} is no number of a server`,
        'type numbers from 1 to 255 with commas: 1,2,3',
      );
    }
    if (ids.indexOf(id) < i) throw new UsageError(`${id} is there twice`, 'each server has its own number');
  }
  return ids;
}
