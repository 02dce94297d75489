// What `zoolog index` is to put in: CLUSTER=DIR,DIR, servers as NAME:DIR.
import { existsSync, statSync } from 'node:fs';
import { resolve as absolute, basename, dirname } from 'node:path';
import type { DataDir } from '../datadir/data-dir.js';
import { parseFileName } from '../datadir/file-name.js';
import { identify } from '../datadir/identify.js';
import { UsageError } from '../errors.js';
import type { ClusterInput, ServerInput } from '../store/build-index.js';
import { notFound } from './not-found.js';
import { foldersOf } from './places-read.js';
import { type ResolvedFile, resolve } from './resolve.js';
import { listServers, tellingName } from './servers.js';
import type { SourceOptions } from './source-options.js';
import { isTar, unpackTar } from './tar.js';

/** Clusters to index. `close` removes what was unpacked for them. */
export interface IndexInputs {
  readonly clusters: readonly ClusterInput[];
  /** Files and folders that are read: no index may be written to or into one. */
  readonly places: readonly string[];
  close(): void;
}

/**
 * Takes inputs as typed: `prod=zk1/,zk2/` (a cluster of two servers), `prod=a:zk1/` (a server with a name), `backup/`
 * (a cluster named like the folder; its servers, where it holds several). Archives are unpacked.
 * @throws UsageError where something does not exist, holds no data, or a name is used twice.
 */
export function openIndexInputs(texts: readonly string[], options: SourceOptions): IndexInputs {
  const clusters = new Map<string, Map<string, ServerInput>>();
  const closers: (() => void)[] = [];
  const places: string[] = options.logDir === undefined ? [] : [options.logDir];
  const close = () => {
    for (const one of closers) one();
  };
  try {
    for (const text of texts) addCluster(text);
  } catch (error) {
    close();
    throw error;
  }
  return {
    clusters: [...clusters].map(([name, servers]) => ({ name, servers: [...servers.values()] })),
    places,
    close,
  };

  function addCluster(text: string): void {
    const [name, list] = divide(text, '=');
    const paths = existsSync(list) ? [list] : list.split(',').filter((path) => path !== '');
    if (paths.length === 0) throw new UsageError(`${text} names no directory`, 'type it as CLUSTER=DIR,DIR');
    for (const path of paths) {
      places.push(divide(path, ':')[1]);
      for (const server of serversOf(path, options, closers)) {
        // A file by itself is read, not the folder it lies in.
        if (server.dir.path !== path || statSync(path).isDirectory()) places.push(...foldersOf(server.dir));
        addServer(name ?? clusterName(path), server, text);
      }
    }
  }

  function addServer(cluster: string, server: ServerInput, text: string): void {
    const servers = clusters.get(cluster) ?? new Map<string, ServerInput>();
    if (servers.has(server.name)) {
      const hint = `give each a name: ${cluster}=NAME:DIR,NAME:DIR`;
      throw new UsageError(`${text}: cluster ${cluster} has two servers named ${server.name}`, hint);
    }
    clusters.set(cluster, servers.set(server.name, server));
  }
}

/** The servers that one path of a cluster's list holds. */
function serversOf(text: string, options: SourceOptions, closers: (() => void)[]): ServerInput[] {
  const [given, path] = divide(text, ':');
  if (!existsSync(path)) throw notFound(path);
  const found = foundIn(path, options, closers);
  if (given === null) return found;
  if (found.length === 1) return [{ ...found[0]!, name: given }];
  throw new UsageError(`${path} holds ${found.length} servers, which cannot all be named ${given}`);
}

function foundIn(path: string, options: SourceOptions, closers: (() => void)[]): ServerInput[] {
  if (!statSync(path).isDirectory() && isTar(path)) {
    const { folder, shown, remove } = unpackTar(path, options);
    closers.push(remove);
    return many(folder, path).map((server) => ({ ...server, shown }));
  }
  // A folder of several servers is a cluster of them; anything else is one server.
  const isMany = statSync(path).isDirectory() && many(path, path).length > 1;
  if (isMany) return many(path, path);
  const resolved = resolve(path, options);
  closers.push(() => resolved.close());
  if (resolved.kind === 'index')
    throw new UsageError(`${path} is an index itself`, 'name the directories it was made of');
  const dir = resolved.kind === 'directory' ? resolved.dir : fileAsDir(resolved);
  return [{ name: tellingName(path), dir }];
}

function many(folder: string, label: string): ServerInput[] {
  return listServers(folder, basename(absolute(label)));
}

/** A snapshot or log by itself, as a directory that holds just it. */
function fileAsDir({ kind, path, zxid }: ResolvedFile): DataDir {
  if (zxid === null) {
    throw new UsageError(`${path}: the zxid is not known`, `an index needs files named ${kind}.<zxid>`);
  }
  const { size, mtimeMs } = statSync(path);
  const name = basename(path);
  const file = { ...parseFileName(name)!, path, name, size, mtimeMs, ...identify(path) };
  const folder = dirname(path);
  return {
    path,
    snapDir: folder,
    logDir: folder,
    snapshots: kind === 'snapshot' ? [file] : [],
    logs: kind === 'log' ? [file] : [],
    epochs: [],
    myid: null,
    config: null,
    configFile: null,
    others: [],
    problems: [],
  };
}

function clusterName(path: string): string {
  const [, plain] = divide(path, ':');
  return tellingName(plain).replace(/\.(tar|tgz|tar\.gz)$/, '');
}

/** Divides `NAME=rest` or `NAME:rest`; a path that exists as it stands has no name. */
function divide(text: string, mark: string): [name: string | null, rest: string] {
  const at = text.indexOf(mark);
  if (at <= 0 || existsSync(text)) return [null, text];
  return [text.slice(0, at), text.slice(at + 1)];
}
