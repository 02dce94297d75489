// The servers of the fixtures as the tree tests need them: snapshots to begin with, and the txns of all their logs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BaseTree, snapshotBase } from '../../src/tree/base-tree.js';
import type { LoggedTxn } from '../../src/txnlog/logged-txn.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { type Fixture, fixtures } from '../support/fixtures.js';

/** A server's files. */
export interface TestServer {
  /** `load-3.9.5`, or `ensemble-3.8.6 zk1/version-2`. */
  readonly name: string;
  readonly fixture: Fixture;
  /** Sound snapshots, oldest first. */
  readonly bases: readonly BaseTree[];
  readonly logs: readonly string[];
  txns(): Generator<LoggedTxn>;
}

/** `snapshot.5c` to 0x5c. */
export function zxidOf(name: string): bigint {
  return BigInt(`0x${name.split('.')[1]}`);
}

/** All servers of the fixtures whose folder begins with one of the names. */
export function serversOf(...names: readonly string[]): TestServer[] {
  return fixtures()
    .filter(({ name }) => names.some((prefix) => name.startsWith(prefix)))
    .flatMap((fixture) =>
      fixture.servers.map((server) => {
        const folder = (dir: string) => join(fixture.dir, dir);
        const snapshots = server.snapshots.filter((name) => !server.broken.includes(name));
        return serverAt(
          fixture.servers.length > 1 ? `${fixture.name} ${server.dir}` : fixture.name,
          fixture,
          snapshots.map((name) => join(folder(server.dir), name)),
          server.logs.map((name) => join(folder(server.logDir), name)),
        );
      }),
    );
}

/** A server of any files. */
export function serverAt(
  name: string,
  fixture: Fixture,
  snapshots: readonly string[],
  logs: readonly string[],
): TestServer {
  const bases = snapshots.map((file) => {
    const short = file.slice(file.lastIndexOf('/') + 1);
    return snapshotBase(file, zxidOf(short), short);
  });
  return { name, fixture, bases, logs, txns: () => txnsOf(logs) };
}

/** The txns of log files, in the order given. */
export function* txnsOf(logs: readonly string[]): Generator<LoggedTxn> {
  for (const file of logs) {
    const reader = openTxnLog(file);
    try {
      for (const { offset, length, txn } of reader.records())
        yield { txn, evidence: { file, offset, length } };
    } finally {
      reader.close();
    }
  }
}

/** The logs in a folder, oldest first. */
export function logsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^log\.[0-9a-f]+$/.test(name));
  return names.sort((a, b) => Number(zxidOf(a) - zxidOf(b))).map((name) => join(folder, name));
}
