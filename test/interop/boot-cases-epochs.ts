// Directories of members of an ensemble: epoch files, myid, zoo.cfg.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fill } from '../support/damage.js';
import { create, logBytes } from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { ALL, type BootCase, copyFixture, put, THREE } from './boot-make.js';

type Files = Readonly<Record<string, string>>;

/** Two members, of which only the one that is asked runs: it loads its data and waits for the other. */
const PAIR = {
  config: { 'server.1': '127.0.0.1:1:2:participant', 'server.2': '127.0.0.1:3:4:participant' },
  myid: 1,
};
const SNAPSHOT = snapshotBytes({ znodes: NEW_TREE });
/** A snapshot and a log of epoch 5, and epoch files as given. */
const inEpoch5 = (dir: string, files: Files = {}) =>
  put(dir, {
    'snapshot.500000000': SNAPSHOT,
    'log.500000001': logBytes({ txns: [{ zxid: 0x500000001n, ...create('/a') }] }),
    ...files,
  });
const member = (
  name: string,
  releases: readonly string[],
  files: Files,
  more: Partial<BootCase> = {},
): BootCase => ({
  name,
  releases,
  ...PAIR,
  make: (dir) => inEpoch5(dir, files),
  ...more,
});

export const epochCases: readonly BootCase[] = [
  member('a member with right epoch files', ALL, { currentEpoch: '5', acceptedEpoch: '6' }),
  member('a member without epoch files', THREE, {}),
  member('a member whose epoch is older than its data', THREE, { currentEpoch: '3', acceptedEpoch: '3' }),
  member('a member whose epoch is older, with currentEpoch.tmp', ALL, {
    currentEpoch: '3',
    'currentEpoch.tmp': '5',
    acceptedEpoch: '5',
  }),
  member('a member whose epoch is older, with a currentEpoch.tmp that is older too', ['3.5', '3.9'], {
    currentEpoch: '3',
    'currentEpoch.tmp': '4',
    acceptedEpoch: '5',
  }),
  member('a member whose epoch is older, with an empty currentEpoch.tmp', ['3.4', '3.6', '3.9'], {
    currentEpoch: '3',
    'currentEpoch.tmp': '',
    acceptedEpoch: '5',
  }),
  member('a member whose epoch is older, with updatingEpoch', ['3.4', '3.5', '3.9'], {
    currentEpoch: '3',
    updatingEpoch: '',
    acceptedEpoch: '5',
  }),
  member('a leftover currentEpoch.tmp that nobody needs', ['3.4', '3.7', '3.9'], {
    'currentEpoch.tmp': '5',
    acceptedEpoch: '5',
  }),
  member('a member whose accepted epoch is older', THREE, { currentEpoch: '6', acceptedEpoch: '5' }),
  member('a member whose accepted epoch alone is missing', ['3.4', '3.9'], { currentEpoch: '6' }),
  member('a currentEpoch that is empty', THREE, { currentEpoch: '', acceptedEpoch: '5' }),
  member('a currentEpoch with a space', ['3.4', '3.6', '3.9'], { currentEpoch: '5 ', acceptedEpoch: '5' }),
  member('a currentEpoch with a line end', ['3.4', '3.6', '3.9'], {
    currentEpoch: '5\r\nx',
    acceptedEpoch: '5\n',
  }),
  member('an acceptedEpoch that is no number', ['3.4', '3.7', '3.9'], {
    currentEpoch: '5',
    acceptedEpoch: 'five',
  }),
  member('a member without myid', THREE, {}, { myid: undefined }),
  member('a myid with a space', ['3.4', '3.5', '3.9'], {}, { myid: '1 ' }),
  member('a myid that no server line has', THREE, { currentEpoch: '5', acceptedEpoch: '5' }, { myid: 7 }),
  {
    name: 'a single server with a myid that is no number',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => {
      put(dir, { 'snapshot.0': SNAPSHOT });
      writeFileSync(join(dir, 'myid'), 'one\n');
    },
  },
  {
    name: 'one server line',
    releases: ['3.4', '3.6', '3.9'],
    config: { 'server.1': '127.0.0.1:1:2:participant' },
    make: (dir) => put(dir, { 'snapshot.0': SNAPSHOT }),
  },
  member(
    'a member without data',
    ['3.4', '3.5', '3.9'],
    {},
    { make: (dir) => put(dir, { 'log.bad-name': '' }) },
  ),
  member(
    'a member with logs and no snapshot',
    ['3.4', '3.6', '3.9'],
    {},
    {
      make: (dir) => copyFixture('load-3.4.14', dir, (name) => name.startsWith('snap')),
    },
  ),
  member(
    'a member with all snapshots damaged',
    ['3.4', '3.9'],
    {},
    {
      make: (dir) => put(dir, { 'snapshot.5': fill(SNAPSHOT, 100, 101, 0xff) }),
    },
  ),
  member(
    'a member with a null list of ACLs',
    ['3.4', '3.9'],
    {},
    {
      make: (dir) => put(dir, { 'snapshot.5': snapshotBytes({ acls: [{ key: 1n, acl: null }] }) }),
    },
  ),
  ...['load-3.4.14', 'standalone-3.9.5', 'killed-3.8.6'].map(
    (fixture): BootCase => ({
      name: `a leader of itself alone, with ${fixture}`,
      releases: ['3.5', '3.7', '3.9'],
      leads: true,
      myid: 1,
      make: (dir) => copyFixture(fixture, dir),
    }),
  ),
  {
    name: 'a real member of 3.8',
    releases: ['3.5', '3.8', '3.9'],
    ...PAIR,
    make: (dir) => copyFixture('ensemble-3.8.6/zk1', dir),
  },
  {
    name: 'a dead leader of 3.8',
    releases: ['3.5', '3.8', '3.9'],
    ...PAIR,
    make: (dir) => copyFixture('ensemble-3.8.6/dead-leader', dir),
  },
];
