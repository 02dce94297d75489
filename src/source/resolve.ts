// From a SOURCE as typed to what lies there.
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { FileBytes, inputError } from '../container/file-bytes.js';
import { type DataDir, isDataDir, openDataDir } from '../datadir/data-dir.js';
import { parseFileName } from '../datadir/file-name.js';
import { identify } from '../datadir/identify.js';
import { UsageError } from '../errors.js';
import type { When } from '../tree/log-survey.js';
import { notFound } from './not-found.js';
import { parseSource, type SourceName, type Who } from './parse.js';
import { listServers, type NamedDir } from './servers.js';
import type { SourceOptions } from './source-options.js';
import { isTar, unpackTar } from './tar.js';

/** What a SOURCE is. `close` removes what was unpacked for it. */
export type Resolved = ResolvedFile | ResolvedDirectory | ResolvedIndex;

interface ResolvedBase {
  /** What it is called in messages and output: the path as typed, with the server where there is one. */
  readonly name: string;
  /** What a file is called that lies in a temporary folder: `backup.tar:zk1/version-2/log.1`. */
  shown(file: string): string;
  close(): void;
}

/** A snapshot or log file, by its content. */
export interface ResolvedFile extends ResolvedBase {
  readonly kind: 'snapshot' | 'log';
  /** As it can be opened. */
  readonly path: string;
  /** The zxid in its name; null where the name is not `snapshot.<zxid>` or `log.<zxid>`. */
  readonly zxid: bigint | null;
}

/** A server's directory. */
export interface ResolvedDirectory extends ResolvedBase {
  readonly kind: 'directory';
  readonly dir: DataDir;
  /** What it is called among the servers of the folder or archive that it was found in; "" by itself. */
  readonly server: string;
  /** The others of them. */
  readonly siblings: readonly NamedDir[];
  /** The moment asked for; null for none. */
  readonly when: When | null;
}

/** A zoolog index, and whom to look for in it. */
export interface ResolvedIndex extends ResolvedBase {
  readonly kind: 'index';
  readonly path: string;
  readonly who: Who | null;
  /** The moment asked for; null for none. */
  readonly when: When | null;
}

const ALONE = { server: '', siblings: [], when: null } as const;
const MOST_LISTED = 12;
const ARCHIVES = [
  ['zip', 'PK\x03\x04'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\0'],
  ['zstd', '\x28\xb5\x2f\xfd'],
] as const;
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * Finds out what a SOURCE is: a file, a server's directory (also by its zoo.cfg, in a folder of several, or in an
 * archive), or an index.
 * @throws UsageError where it is none, does not exist or leaves a choice; InputError where it cannot be read.
 */
export function resolve(text: string, options: SourceOptions): Resolved {
  const { path, who } = withoutMoment(text, 'ranges are --from, --to, --since, --until');
  return resolvePath(path, who, options)[0]!;
}

/**
 * What `resolve` does, for all there is: of a folder or archive of several servers each one is an element. Close
 * them together. `instead` is what a command has in the place of moments, as a hint.
 */
export function resolveAll(text: string, options: SourceOptions, instead?: string): Resolved[] {
  const { path, who } = withoutMoment(text, instead);
  return resolvePath(path, who ?? 'all', options);
}

function withoutMoment(text: string, instead?: string): SourceName {
  const name = parseSource(text, existsSync);
  if (!existsSync(name.path)) throw notFound(name.path);
  if (name.when === null) return name;
  throw noMoment(text, 'all of it is meant here', instead);
}

/**
 * What `resolve` does, for a tree: a directory or an index may have a moment.
 * @throws UsageError for a moment of a file.
 */
export function resolveTree(text: string, options: SourceOptions): Resolved {
  const { path, who, when } = parseSource(text, existsSync, options.timeZone);
  if (!existsSync(path)) throw notFound(path);
  const resolved = resolvePath(path, who, options)[0]!;
  if (when === null) return resolved;
  if (resolved.kind === 'directory' || resolved.kind === 'index') return { ...resolved, when };
  resolved.close();
  throw noMoment(text, `a ${resolved.kind} file has no moments`, 'or name its directory, as DIR@WHEN');
}

function noMoment(text: string, why: string, instead?: string): UsageError {
  const type = `type ${text.slice(0, text.lastIndexOf('@'))}`;
  return new UsageError(`${text}: ${why}`, instead === undefined ? type : `${type}; ${instead}`);
}

/** Of the servers that are there the one that WHO names, the only one (null), or every one. */
type Wanted = Who | null | 'all';

function resolvePath(path: string, wanted: Wanted, options: SourceOptions): Resolved[] {
  if (options.logDir !== undefined) checkFolder(options.logDir);
  const outside = { name: path, shown: (file: string) => file, close: () => {} };
  if (isFolder(path)) return inFolder(path, wanted, options, outside);
  return inFile(path, wanted, options, outside);
}

function inFile(path: string, wanted: Wanted, options: SourceOptions, base: ResolvedBase): Resolved[] {
  const who = wanted === 'all' ? null : wanted;
  if (startsWith(path, SQLITE_MAGIC)) return [{ kind: 'index', path, who, when: null, ...base }];
  const { content } = identify(path);
  if (content === 'snapshot' || content === 'log') {
    if (who !== null) throw noServers(path, 'is a file');
    const named = parseFileName(basename(path));
    return [{ kind: content, path, zxid: named?.kind === content ? named.zxid : null, ...base }];
  }
  if (isTar(path)) return inTar(path, wanted, options);
  if (isDataDir(path, options)) {
    if (who !== null) throw noServers(path, "is one server's configuration");
    return [{ kind: 'directory', dir: openDataDir(path, options), ...ALONE, ...base }];
  }
  const archive = ARCHIVES.find(([, magic]) => startsWith(path, Buffer.from(magic, 'latin1')))?.[0];
  if (archive !== undefined) {
    throw new UsageError(
      `${path}: is a ${archive} archive, which zoolog does not unpack`,
      'unpack it and name the folder',
    );
  }
  const what = {
    empty: 'the file is empty',
    'version-1': 'the file has the format of ZooKeeper before 3.0, which zoolog does not read',
    unknown: 'neither a snapshot, a log, an archive of them, a zoo.cfg nor an index',
  }[content];
  throw new UsageError(`${path}: ${what}`, 'name a snapshot, a log, a directory or an index');
}

function inTar(path: string, wanted: Wanted, options: SourceOptions): Resolved[] {
  const unpacked = unpackTar(path, options);
  try {
    return inFolder(unpacked.folder, wanted, options, {
      name: path,
      shown: (file) => unpacked.shown(file),
      close: () => unpacked.remove(),
    });
  } catch (error) {
    unpacked.remove();
    throw error;
  }
}

function inFolder(folder: string, wanted: Wanted, options: SourceOptions, base: ResolvedBase): Resolved[] {
  const who = wanted === 'all' ? null : wanted;
  const servers = isDataDir(folder) ? [] : listServers(folder, basename(base.name));
  // An empty dataDir is one too where --log-dir names logs for it.
  if (servers.length === 0 && isDataDir(folder, options)) {
    if (who !== null) throw noServers(base.name, "is one server's directory");
    return [{ kind: 'directory', dir: openDataDir(folder, options), ...ALONE, ...base }];
  }
  if (servers.length === 0) {
    throw new UsageError(
      `${base.name}: no ZooKeeper data here: neither snapshot.* nor log.* files, up to three folders deep`,
      'name the dataDir or its version-2',
    );
  }
  const isAll = wanted === 'all' && (servers.length === 1 || options.logDir === undefined);
  return (isAll ? servers : [chosen(servers, who, base.name)]).map((server) => {
    const dir = options.logDir === undefined ? server.dir : openDataDir(server.dir.path, options);
    const name = servers.length === 1 && who === null ? base.name : `${base.name}#/${server.name}`;
    const siblings = servers.filter((other) => other !== server);
    return { kind: 'directory', dir, server: server.name, siblings, when: null, ...base, name };
  });
}

function chosen(servers: readonly NamedDir[], who: Who | null, name: string): NamedDir {
  const listed = listText(servers.map((server) => `${name}#/${server.name}`));
  if (who === null) {
    if (servers.length === 1) return servers[0]!;
    throw new UsageError(`${name}: holds ${servers.length} servers`, `choose one: ${listed}`);
  }
  if (who.server === null) {
    throw new UsageError(
      `${name}: a folder has no clusters, only an index has`,
      `make one: zoolog index -o case.db ${who.cluster}=${name}; or choose a server: ${listed}`,
    );
  }
  const server = servers.find((one) => one.name === who.server);
  if (server === undefined) {
    throw new UsageError(`${name}: holds no server ${who.server}`, `choose one: ${listed}`);
  }
  return server;
}

function listText(names: readonly string[]): string {
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  return `${names.slice(0, MOST_LISTED).join(', ')}${more}`;
}

function noServers(path: string, what: string): UsageError {
  return new UsageError(`${path}: ${what}, there are no servers to choose from`, `type ${path}`);
}

function checkFolder(path: string): void {
  if (!existsSync(path)) throw notFound(path);
  if (!isFolder(path))
    throw new UsageError(`${path}: is no folder`, '--log-dir takes a dataLogDir or its version-2');
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw inputError(path, cause);
  }
}

function startsWith(path: string, magic: Buffer): boolean {
  const bytes = new FileBytes(path);
  try {
    const start = Buffer.alloc(magic.length);
    return bytes.readAt(start, 0) === magic.length && start.equals(magic);
  } finally {
    bytes.close();
  }
}
