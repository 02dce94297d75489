// Whole sessions at the command line. `vitest -u` rewrites the files; review their diff as a user would.
import { describe, expect, it } from 'vitest';
import { transcript } from './run-cli.js';

const F = 'fixtures/standalone-3.8.6';
const EMPTY = 'fixtures/empty-3.9.5';
const KILLED = 'fixtures/killed-3.9.5';
const SERVER_LOGS = 'fixtures/server-logs';
const L = `${SERVER_LOGS}/3.9.5`;

const sessions: Readonly<Record<string, readonly (readonly string[])[]>> = {
  main: [
    [],
    ['--help'],
    ['lss'],
    ['ls'],
    ['ls', '--help'],
    ['help', 'get'],
    ['ls', F, '--colour'],
    ['ls', 'nowhere'],
  ],
  doctor: [
    ['doctor', KILLED],
    ['doctor', 'fixtures/poison-3.7.2', '--server', '3.7'],
    ['doctor', EMPTY, '--server', '3.9', '--format', 'ndjson'],
    ['doctor', EMPTY, '--quick'],
    ['doctor', F, '--server', '3.8', '--format', 'csv'],
  ],
  ls: [
    ['ls', F],
    ['ls', F, '/acl', '-l'],
    ['ls', F, '/multi', '-R'],
    ['ls', F, '/names', '--limit', '3'],
    ['ls', F, '/names', '--limit', '3', '-l'],
    ['ls', F, '/a/b!'],
    ['ls', F, '/absent'],
    ['ls', EMPTY, '--format', 'json'],
    ['ls', F, '/a', '--format', 'ndjson', '--data', 'hex'],
    ['ls', F, '/a', '--format', 'csv', '--evidence'],
    ['ls', KILLED, '--limit', '2'],
    ['ls', KILLED, '--limit', '2', '--quiet'],
  ],
  get: [
    ['get', F, '/plain'],
    ['get', F, '/null'],
    ['get', F, '/binary', '--data', 'redacted'],
    ['get', F, '/acl/creator', '--format', 'json'],
    ['get', F, '/absent'],
    ['get', F, 'plain'],
    ['get', F, '/plain/'],
  ],
  stat: [
    ['stat', F, '/'],
    ['stat', F, '/ttl/stays', '--evidence'],
    ['stat', F, '/container', '--format', 'json', '--data', 'auto'],
    ['stat', F, '/absent'],
  ],
  find: [
    ['find', F, '--path', '/multi/**'],
    ['find', F, '--path', '/*/*b*'],
    ['find', F, '--regex', '^/a[^/]b$'],
    ['find', F, '--kind', 'ttl,container', '-l'],
    ['find', F, '--min-size', '200', '--format', 'csv'],
    ['find', F, '--min-children', '10'],
    ['find', F, '--acl', 'digest:*'],
    ['find', F, '--contains', 'for a week'],
    ['find', F, '--zxid-of', 'created', '--from', '0x9', '--to', '0xb'],
    ['find', F, '--owner', '12'],
    ['find', F, '--kind', 'sequential'],
    ['find', F, '--regex', '('],
    ['find', F, '--path', 'multi'],
    ['find', F, '--min-size', '1k'],
    ['find', F, '--from', '12'],
    ['find', F, '--since', '2026-02-30'],
    ['find', F, '--since', '2026-03-29 02:30', '--tz', 'Europe/Berlin'],
    ['find', F, '--since', '2026-10-25 02:30', '--tz', 'Europe/Berlin'],
  ],
  du: [
    ['du', F, '/multi'],
    ['du', F, '/', '--top', '3'],
    ['du', F, '/', '--top', '2', '--by', 'numChildren', '--format', 'ndjson'],
    ['du', F, '/ttl', '--max-depth', '0', '--format', 'json'],
    ['du', F, '/sequence', '--by-pattern'],
    ['du', F, '--by-pattern', '--top', '3'],
  ],
  log: [
    ['log', F, '--limit', '4'],
    ['log', F, '--failed'],
    ['log', F, '--subtree', '/multi', '--op', 'multi'],
    ['log', F, '--path', '/ttl/*'],
    ['log', F, '--error', 'NoNode', '--format', 'csv'],
    ['log', F, '--op', 'closeSession,delete', '--from', '0x1b2'],
    ['log', F, '--from', '0x1a3', '--to', '0x1a3', '--format', 'json'],
    ['log', F, '--from', '0x1a3', '--to', '0x1a3', '--format', 'ndjson', '--data', 'none'],
    ['log', `${F}/version-2/snapshot.0`],
    ['log', F, '--op', 'write'],
    ['log', F, '--server', '256'],
    ['log', L, '--op', 'closeSession', '--server-log', `${SERVER_LOGS}/audit-3.9.5.log`],
  ],
  top: [
    ['top', F],
    ['top', 'fixtures/standalone-3.4.14', '--by', 'parent', '--limit', '3'],
    ['top', F, '--by', 'pattern', '--sort', 'bytes', '--limit', '3'],
    ['top', F, '--by', 'error', '--format', 'ndjson', '--limit', '2'],
    ['top', F, '--from', '0x1a1', '--to', '0x1a3', '--by', 'type', '--format', 'json'],
    ['top', F, '--histogram', '--buckets', '6'],
    ['top', F, '--subtree', '/nowhere'],
    ['top', F, '--histogram', '--by', 'path'],
    ['top', F, '--by', 'weather'],
  ],
  sessions: [
    ['sessions', F],
    ['sessions', F, '--closed', '--short', '--sort', 'writes', '--format', 'json', '--limit', '1'],
    ['sessions', F, '--from', '0x1c4', '--format', 'csv', '--evidence'],
    ['sessions', F, '--per-minute'],
    ['sessions', F, '0x100002908d20004'],
    ['sessions', F, '0x100002908d20004', '--format', 'json', '--limit', '1'],
    ['sessions', 'fixtures/standalone-3.4.14', '--expired'],
    [
      'sessions',
      L,
      '--server-log',
      `${SERVER_LOGS}/zookeeper-3.9.5-info.log`,
      `${SERVER_LOGS}/audit-3.9.5.log`,
    ],
    ['sessions', L, '--open', '--server-log', `${SERVER_LOGS}/MADE.md`],
    ['sessions', L, '--server-log', 'nowhere.log'],
    ['sessions', `${F}/version-2/snapshot.1c4`],
    ['sessions', `${F}/version-2/snapshot.1c4`, '--format', 'json', '--limit', '1'],
    ['sessions', `${F}/version-2/snapshot.1c4`, '0x100002908d20005'],
    ['sessions', `${F}@0x100`],
    ['sessions', `${F}@0x100`, '--open'],
    ['sessions', F, '0x1'],
    ['sessions', `${F}/version-2/snapshot.1c4`, '0x1'],
    ['sessions', F, '77'],
    ['sessions', F, '--at-least', '2'],
  ],
  export: [
    ['export', EMPTY],
    ['export', EMPTY, '--format', 'csv'],
    ['export', EMPTY, '--format', 'json'],
    ['export', F, '--what', 'txns', '--to', '0x2'],
    ['export', F, '/a', '--what', 'txns'],
    ['export', F, '--since', '2026'],
    ['export', F, '-o', `${F}/out.ndjson`],
  ],
  inspect: [
    ['inspect', F],
    ['inspect', EMPTY, '--format', 'json'],
    ['inspect', 'fixtures/ensemble-3.8.6', '--quick', '--limit', '4'],
    ['inspect', `${F}/version-2/log.1`, '--format', 'json'],
    ['inspect', KILLED],
  ],
};

describe('zoolog', () => {
  for (const [name, lines] of Object.entries(sessions)) {
    it(`prints what the transcript of ${name} shows`, async () => {
      const parts: string[] = [];
      for (const args of lines) parts.push(await transcript(...args));
      await expect(parts.join('\n')).toMatchFileSnapshot(`${name}.transcript`);
    });
  }
});
