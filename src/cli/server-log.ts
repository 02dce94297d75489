// --server-log: the clients of sessions, from ZooKeeper's own logs.
import { existsSync, statSync } from 'node:fs';
import { type SessionClients, SessionLogs } from '../analysis/server-log.js';
import { FormatError, InputError, UsageError } from '../errors.js';
import type { Column } from '../render/rows.js';
import type { OptionTable } from './command.js';
import type { Run } from './run.js';

/** ZooKeeper's own logs, which know whose the sessions are. */
export const serverLogOption = {
  'server-log': {
    type: 'string',
    array: true,
    describe:
      "ZooKeeper's own logs or audit logs (plain or gzip), for the client's address and user of each session; behind SOURCE",
  },
} as const satisfies OptionTable;

/** The client of a session in a row; null where no log says it. */
export interface ClientFields {
  readonly address: string | null;
  readonly user: string | null;
}

/** Columns of ClientFields. */
export const clientColumns: readonly Column<ClientFields>[] = [
  { key: 'address', kind: 'text', cell: ({ address }) => orUnknown(address) },
  { key: 'user', kind: 'text', cell: ({ user }) => orUnknown(user) },
];

function orUnknown(text: string | null | undefined): string {
  return text === undefined ? '' : (text ?? 'unknown');
}

/** What is known of the client of a session; nothing of session 0, the server's own. */
export function clientOf(clients: SessionClients, session: bigint): Partial<ClientFields> {
  if (session === 0n) return {};
  const { address = null, user = null } = clients.get(session) ?? {};
  return { address, user };
}

/**
 * Reads the logs that were named; null where none was. Damage of a compressed one is said, and what stands before it
 * is used.
 * @throws UsageError where there is no such file.
 */
export function readClients(files: readonly string[] | undefined, run: Run): SessionClients | null {
  if (files === undefined) return null;
  const hint = '--server-log takes all that follows: put SOURCE and ID before it';
  if (files.length === 0) throw new UsageError('--server-log: no file', hint);
  for (const file of files) {
    if (!existsSync(file)) throw new UsageError(`${file}: no such file`, hint);
    if (statSync(file).isDirectory())
      throw new UsageError(`${file}: is a folder`, 'name the log files in it');
  }
  const logs = new SessionLogs();
  for (const file of files) {
    try {
      const told = logs.read(file, {
        onProgress: (name, done, total) => run.sourceOptions.onProgress?.(`reading ${name}`, done, total),
      });
      if (told === 0) {
        run.note(
          `${file}: says nothing of sessions; before 3.5 addresses are logged at INFO, from then on at DEBUG or in the audit log`,
        );
      }
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof InputError)) throw error;
      run.error(`${error.message}; what follows there is not used`);
      run.markIncomplete();
    }
  }
  run.clear();
  return logs.clients;
}
