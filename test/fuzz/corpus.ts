// What is mutated: the files of fixtures/, taken apart when they are first needed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainBytes } from '../support/second-reader.js';
import { type LogParts, type SnapshotParts, takeLogApart, takeSnapshotApart } from './parts.js';
import type { Random } from './random.js';

/** A server's directory under fixtures/. */
export interface FixtureServer {
  readonly dir: string;
  readonly logDir: string;
  /** Sound ones, oldest first. */
  readonly snapshots: readonly string[];
  readonly logs: readonly string[];
}

/** The fixtures. */
export class Corpus {
  readonly servers: readonly FixtureServer[];
  readonly #folder: string;
  readonly #snapshots = new Map<string, SnapshotParts>();
  readonly #logs = new Map<string, LogParts>();

  constructor(folder: string) {
    this.#folder = folder;
    this.servers = readdirSync(folder)
      .sort()
      .filter((name) => existsSync(join(folder, name, 'fixture.json')))
      .flatMap((name) => serversOf(join(folder, name)))
      .filter(({ snapshots, logs }) => snapshots.length > 0 && logs.length > 0);
  }

  /** The same server's files, with names that are relative to its folder. */
  server(random: Random): FixtureServer {
    return random.pick(this.servers);
  }

  /** The records of a snapshot. What is in them is shared: copy before changing it. */
  snapshot({ dir }: FixtureServer, name: string): SnapshotParts {
    return { ...remember(this.#snapshots, join(this.#folder, dir, name), takeSnapshotApart) };
  }

  /** The records of a log, likewise. */
  log({ logDir }: FixtureServer, name: string): LogParts {
    return { ...remember(this.#logs, join(this.#folder, logDir, name), takeLogApart) };
  }
}

interface FixtureJson {
  readonly servers: readonly {
    readonly dir: string;
    readonly logDir: string;
    readonly snapshots: readonly string[];
    readonly logs: readonly string[];
    readonly broken: readonly string[];
  }[];
}

function serversOf(folder: string): FixtureServer[] {
  const { servers } = JSON.parse(readFileSync(join(folder, 'fixture.json'), 'utf8')) as FixtureJson;
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  return servers.map(({ dir, logDir, snapshots, logs, broken }) => ({
    dir: join(name, dir),
    logDir: join(name, logDir),
    snapshots: snapshots.filter((file) => !broken.includes(file)),
    logs,
  }));
}

function remember<T>(known: Map<string, T>, file: string, read: (plain: Buffer) => T): T {
  let parts = known.get(file);
  if (parts === undefined) {
    parts = read(plainBytes(file));
    known.set(file, parts);
  }
  return parts;
}
