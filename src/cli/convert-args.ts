// What the options of convert ask for, taken together.
import { readFileSync } from 'node:fs';
import { inputError } from '../container/file-bytes.js';
import type { Codec } from '../container/plain-stream.js';
import { AclRules } from '../convert/acl-rules.js';
import type { ConvertOptions } from '../convert/options.js';
import { hasTrait } from '../datadir/release.js';
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { PathMap } from '../tree/path-map.js';
import { pathMapping, znodePath } from './coerce.js';

const ROOT = '' as RawText;
const CODECS: Readonly<Record<string, Codec>> = { raw: 'raw', gz: 'gzip', snappy: 'snappy' };

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
  const mappings = args.map.map(pathMapping);
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
