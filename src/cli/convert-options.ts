// The options of convert, and what they ask for.
import { readFileSync } from 'node:fs';
import { inputError } from '../container/file-bytes.js';
import type { Codec } from '../container/plain-stream.js';
import { AclRules } from '../convert/acl-rules.js';
import type { ConvertOptions } from '../convert/options.js';
import { hasTrait, parseRelease } from '../datadir/release.js';
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { parseZxid } from '../records/zxid.js';
import { PathMap, splitMapping } from '../tree/path-map.js';
import { znodePath } from './coerce.js';
import { kindOption, outputOptions, treeOptions } from './options.js';

const ROOT = '' as RawText;
const WHAT = 'What is converted:';
const HOW = 'As what:';
const OUTPUT = 'Output:';

const CODECS: Readonly<Record<string, Codec>> = { raw: 'raw', gz: 'gzip', snappy: 'snappy' };

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
    default: [] as string[],
    group: WHAT,
    describe: 'FROM=TO, a subtree under another path; what no FROM covers is left out. May be repeated',
  },
  into: {
    type: 'string',
    array: true,
    default: [] as string[],
    group: WHAT,
    describe: 'Of several SOURCEs: the path that each comes to lie at, once for each, in their order',
  },
  include: {
    type: 'string',
    array: true,
    default: [] as string[],
    group: WHAT,
    describe: 'Only what this path pattern fits, what is below it and what is above it. May be repeated',
  },
  exclude: {
    type: 'string',
    array: true,
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

/** Values of `convertOptions`. */
export interface ConvertArgs {
  readonly for: ConvertOptions['target'];
  readonly zxid: ConvertOptions['zxid'];
  readonly codec: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly aclMap?: string | undefined;
  readonly openAcls: boolean;
  readonly missingAcls: string;
  readonly containers: string;
  readonly ttl: string;
  readonly keepSessions: boolean;
  readonly keepConfig: boolean;
  readonly trailer: boolean;
  readonly emulate353: boolean;
}

/** What was asked for. @throws UsageError for what does not go together. */
export function optionsOf(args: ConvertArgs): ConvertOptions {
  const { include, exclude, keepSessions, keepConfig, trailer, emulate353, zxid } = args;
  const target = args.for;
  const codec = codecOf(args);
  if (args.openAcls && args.aclMap !== undefined) {
    throw new UsageError('--open-acls and --acl-map are both about every ACL', 'give one of them');
  }
  return {
    target,
    zxid,
    codec,
    include,
    exclude,
    acls: args.openAcls ? 'open' : args.aclMap === undefined ? 'keep' : rulesIn(args.aclMap),
    ...fatesOf(args),
    keepSessions,
    keepConfig,
    trailer,
    emulate353,
  };
}

function rulesIn(file: string): AclRules {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw inputError(file, cause);
  }
  return new AclRules(text, file);
}

function mappingOf(text: string) {
  const [from, to] = splitMapping(text);
  return { from: znodePath(from), to: znodePath(to) };
}

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

/** Where the paths of each source come to lie. @throws UsageError for what is no mapping, or not one for each. */
export function mapsOf(args: {
  readonly source: readonly string[];
  readonly map: readonly string[];
  readonly into: readonly string[];
}): readonly PathMap[] {
  const { source, into } = args;
  if (into.length > 0 && into.length !== source.length) {
    const what = `${into.length} times --into for ${source.length} SOURCEs`;
    throw new UsageError(what, 'type one for each, in their order; / is one too');
  }
  const mappings = args.map.map(mappingOf);
  const all = mappings.length === 0 ? [{ from: ROOT, to: ROOT }] : mappings;
  return source.map((_, i) => {
    const top = into.length === 0 ? ROOT : znodePath(into[i]!);
    return new PathMap(all.map(({ from, to }) => ({ from, to: (top + to) as RawText })));
  });
}

/** What becomes of what a release may not know. */
export function fatesOf(
  args: Pick<ConvertArgs, 'containers' | 'ttl' | 'missingAcls'>,
): Pick<ConvertOptions, 'containers' | 'ttl' | 'missingAcls'> {
  const fate = (text: string) => (text === 'persistent' ? 'persistent' : 'keep');
  return {
    containers: fate(args.containers),
    ttl: fate(args.ttl),
    missingAcls: args.missingAcls === 'open' ? 'open' : 'refuse',
  };
}

/** The codec asked for. @throws UsageError where the release does not see it. */
export function codecOf({ codec, for: target }: Pick<ConvertArgs, 'codec' | 'for'>): Codec {
  if (codec !== 'raw' && !hasTrait(target, 'readsCompressed')) {
    throw new UsageError(`${target.text} does not see a compressed snapshot`, 'leave out --codec');
  }
  return CODECS[codec]!;
}
