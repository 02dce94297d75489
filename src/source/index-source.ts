// Trees and histories of a zoolog index.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError } from '../errors.js';
import type { Problem } from '../problems.js';
import { formatZxid } from '../records/zxid.js';
import { type IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import type { TxnChoice } from '../store/txn-choice.js';
import type { When } from '../tree/log-survey.js';
import { gapsBetween } from '../txnlog/log-gap.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { agreementNote } from './agreement-note.js';
import { openIndexMoment } from './index-moment.js';
import { agreedToBy, type ChosenServers, chooseServers, snapshotsOf } from './index-servers.js';
import { IndexedSource } from './indexed-source.js';
import { parseSource, type Who } from './parse.js';
import type { ResolvedIndex } from './resolve.js';
import { isSession, type SessionTable } from './session-table.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';
import type { AgreedTo, TxnRange, TxnSource, ZnodeSource } from './sources.js';

/**
 * The tree of a server, or of a cluster, at a moment; with none, the newest.
 * @throws UsageError where WHO fits several clusters or none; IndexError where `path` is no index.
 */
export function openIndexTree(
  path: string,
  who: Who | null,
  when: When | null,
  options: SourceOptions,
): ZnodeSource {
  return opening(path, (reader) => {
    const where = chooseServers(reader, path, who, options);
    // Of one server the tree is what it has itself, whatever of it was committed.
    const note = where.choice.serverId === null ? agreementNote(where) : null;
    if (note !== null) options.onNote(note);
    const other =
      options.comparedWith === undefined ? undefined : otherMoment(options.comparedWith, path, who, options);
    const tree = openIndexMoment(reader, where, when, other, new SourceLog(options));
    if (tree !== null) return tree;
    const snapshot = damagedTree(reader, path, where);
    const { server, zxid, name } = snapshot;
    options.onNote(`${path}#${server.cluster}/${server.name}: what is left of ${name}; no snapshot is sound`);
    return new IndexedSource(reader, reader.tree(snapshot), {
      name: `${path}#${server.cluster}/${server.name} snapshot ${formatZxid(zxid)}`,
      zxid,
      laterTxns: reader.countTxnsAfter(where.choice, zxid),
      problems: reader.problems([server.id]).filter(({ file }) => file === snapshot.file),
      isComplete: snapshot.isSound,
    });
  });
}

/** The moment of another SOURCE (null for the newest), if that is of the same history; else undefined. */
function otherMoment(
  text: string,
  path: string,
  who: Who | null,
  options: SourceOptions,
): When | null | undefined {
  const other = parseSource(text, existsSync, options.timeZone);
  const isSame =
    other.path === path && other.who?.cluster === who?.cluster && other.who?.server === who?.server;
  return isSame ? other.when : undefined;
}

/** The history of a cluster, or what one server holds of it. @throws as openIndexTree does. */
export function openIndexTxns(path: string, who: Who | null, options: SourceOptions): TxnSource {
  return opening(path, (reader) => {
    const where = chooseServers(reader, path, who, options);
    const ids = new Set(where.servers.map((server) => server.id));
    const logs = reader.logs().filter(({ serverId }) => ids.has(serverId));
    // Over all servers that are read: what one lacks another can have.
    for (const gap of gapsBetween(logs)) {
      options.onProblem(gap);
    }
    const note = agreementNote(where);
    if (note !== null) options.onNote(note);
    return new IndexTxnSource(reader, where);
  });
}

/** The session tables of the loaded snapshots of a server, or of all servers of a cluster, by zxid. */
export function indexSessionTables(
  { path, who }: Pick<ResolvedIndex, 'path' | 'who'>,
  emulate353: boolean,
  options: SourceOptions,
): { read(): Generator<SessionTable>; close(): void } {
  return opening(path, (reader) => {
    const snapshots = snapshotsOf(reader, chooseServers(reader, path, who, options));
    const loaded = snapshots.filter(({ isLoaded, isSound }) => isLoaded && isSound);
    return {
      *read() {
        for (const snapshot of loaded.reverse()) {
          const tree = reader.tree(snapshot);
          const sessions = new Map([...tree.sessions()].map(({ id, timeout }) => [id, timeout] as const));
          const ephemerals = [...tree.owned()].filter(({ owner }) => isSession(owner, emulate353));
          yield { name: basename(snapshot.file), zxid: snapshot.zxid, sessions, ephemerals };
        }
      },
      close: () => reader.close(),
    };
  });
}

/** What opens the index closes it where it fails. */
function opening<T>(path: string, open: (reader: IndexReader) => T): T {
  const reader = new IndexReader(path);
  try {
    return open(reader);
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** What could be loaded of the newest snapshot that was, where none is sound. */
function damagedTree(reader: IndexReader, path: string, where: ChosenServers): IndexedSnapshot {
  const snapshot = snapshotsOf(reader, where).find(({ isLoaded }) => isLoaded);
  if (snapshot !== undefined) return snapshot;
  const names = where.servers.map(({ cluster, name }) => `${cluster}/${name}`).join(', ');
  throw new UsageError(
    `${path} holds no tree of ${names}`,
    'its directory had no snapshot that could be read',
  );
}

class IndexTxnSource implements TxnSource {
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly isComplete: boolean;
  readonly agreement: AgreedTo | undefined;
  readonly #reader: IndexReader;
  readonly #choice: TxnChoice;

  constructor(reader: IndexReader, where: ChosenServers) {
    const { name, servers, choice } = where;
    this.#reader = reader;
    this.#choice = choice;
    this.name = name;
    this.problems = reader.problems(servers.map((server) => server.id));
    this.isComplete = !reader.hasSkippedTxns(choice);
    this.agreement = agreedToBy(where);
  }

  txns(range: TxnRange = {}): Iterable<LoggedTxn> {
    return this.#reader.txns(this.#choice, range);
  }

  close(): void {
    this.#reader.close();
  }
}
