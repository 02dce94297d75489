// check --config: what in two configurations matters for a move. The keys are those of zoo.cfg and, without their
// "zookeeper.", of system properties (QuorumPeerConfig.parseProperties).
import { basename } from 'node:path';
import { ensembleFiles } from '../datadir/ensemble-config.js';
import { readZooCfg } from '../datadir/zoo-cfg.js';
import type { Severity } from '../problems.js';

/** A setting that differs. */
export interface ConfigDifference {
  readonly severity: Severity;
  readonly key: string;
  /** As it stands there; null where it does not. */
  readonly old: string | null;
  readonly new: string | null;
  readonly why: string;
}

/** What there is to say of a setting where it differs. */
interface Meaning {
  readonly key: RegExp;
  readonly severity: Severity;
  readonly why: string;
  /** What it is where it does not stand. */
  readonly other?: string;
  /** Where the new ones have it, in any case of letters, the difference is but a note. */
  readonly harmless?: string;
}

// The first that fits is meant.
const MEANINGS: readonly Meaning[] = [
  {
    key: /^extendedTypesEnabled$/,
    severity: 'error',
    why: 'with false, servers delete all TTL znodes when they start',
    other: 'false',
    harmless: 'true',
  },
  {
    key: /^emulate353TTLNodes$/,
    severity: 'error',
    why: 'with true, every negative owner is taken for the TTL of 3.5.3, sessions of servers with an id of 128 or more too',
    other: 'false',
  },
  {
    key: /^jute\.maxbuffer$/,
    severity: 'warning',
    why: 'a zoo.cfg does not set it: it is read from -Djute.maxbuffer alone; what the old servers wrote the new ones must be able to read',
    other: '1048575',
  },
  {
    key: /^snapshot\.trust\.empty$/,
    severity: 'warning',
    why: 'with true, servers start on logs without a snapshot, and do not notice that one is missing',
    other: 'false',
  },
  {
    key: /^snapshot\.compression\.method$/,
    severity: 'warning',
    why: 'compressed snapshots are not seen by servers before 3.6, nor by clickhouse-keeper-converter',
    other: '',
    harmless: '',
  },
  {
    key: /^digest\.enabled$/,
    severity: 'note',
    why: 'without digests nothing shows that trees of servers differ',
    other: 'true',
  },
  {
    key: /^(dataDir|dataLogDir)$/,
    severity: 'warning',
    why: 'snapshots are looked for in dataDir, logs in dataLogDir; from 3.5.4 on servers refuse where they are mixed up',
  },
  {
    key: /^server\.\d+$/,
    severity: 'warning',
    why: 'each member must be named alike on all of them, and by its myid',
  },
  {
    key: /^(group|weight)\.\d+$/,
    severity: 'warning',
    why: 'who decides an election: with other groups and weights another majority',
  },
  {
    key: /^(clientPort|secureClientPort|clientPortAddress|secureClientPortAddress|portUnification)$/,
    severity: 'warning',
    why: 'clients must be told',
  },
  {
    key: /^(authProvider\..+|requireClientAuthScheme|sessionRequireClientSASLAuth|enforce\.auth\..+|DigestAuthenticationProvider\..+|X509AuthenticationProvider\..+|skipACL|superUser)$/,
    severity: 'warning',
    why: 'who a client is, and so what ACLs let it do',
  },
  {
    key: /^(ssl\..+|sslQuorum|quorum\..+|kerberos\..+)$/,
    severity: 'warning',
    why: 'how servers and clients trust each other',
  },
  {
    key: /^(4lw\.commands\.whitelist|admin\..+)$/,
    severity: 'warning',
    why: 'monitoring asks through it; from 3.5.3 on only srvr is allowed without it',
  },
  {
    key: /^(tickTime|minSessionTimeout|maxSessionTimeout)$/,
    severity: 'warning',
    why: 'session timeouts are between 2 and 20 ticks if nothing else is said: clients get others than they had',
  },
  {
    key: /^(initLimit|syncLimit)$/,
    severity: 'warning',
    why: 'with less time followers of a large tree are dropped while they sync',
  },
  {
    key: /^(maxClientCnxns|maxCnxns|globalOutstandingLimit)$/,
    severity: 'warning',
    why: 'with a lower one clients are refused',
  },
  {
    key: /^autopurge\./,
    severity: 'warning',
    why: 'without it disks fill up; with it old snapshots and logs are gone soon after the start: keep the copy elsewhere',
  },
  {
    key: /^(reconfigEnabled|standaloneEnabled|dynamicConfigFile|localSessionsEnabled|localSessionsUpgradingEnabled|peerType)$/,
    severity: 'warning',
    why: 'how the ensemble is formed',
  },
  {
    key: /^enforceQuota$/,
    severity: 'warning',
    why: 'with true, writes beyond a hard quota are refused',
    other: 'false',
  },
];

/** Settings that differ, those that matter most first. @throws InputError where a file is no zoo.cfg. */
export function compareConfigs(oldFile: string, newFile: string): ConfigDifference[] {
  const [before, after] = [settingsIn(oldFile), settingsIn(newFile)];
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  const differences = keys.flatMap((key) => {
    const [older = null, newer = null] = [before.get(key), after.get(key)];
    const meaning = MEANINGS.find((one) => one.key.test(key));
    const other = meaning?.other ?? null;
    if ((older ?? other) === (newer ?? other)) return [];
    const isHarmless =
      meaning?.harmless !== undefined && (newer ?? other)?.toLowerCase() === meaning.harmless;
    const { why = 'not known to matter for the data' } = meaning ?? {};
    const severity = isHarmless ? 'note' : (meaning?.severity ?? 'note');
    return [{ severity, key, old: shown(key, older), new: shown(key, newer), why } as const];
  });
  return differences.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** Of a zoo.cfg, and of its dynamic file where that lies beside it. */
function settingsIn(file: string): Map<string, string> {
  const config = readZooCfg(file);
  const settings = new Map<string, string>();
  for (const [key, value] of Object.entries(config)) settings.set(bare(key), value.trim());
  const dynamic = ensembleFiles({ config, configFile: file }).filter((one) => one.file !== file);
  const named = basename(config.dynamicConfigFile?.trim() ?? '');
  const used = dynamic.find((one) => basename(one.file) === named) ?? dynamic.at(-1);
  for (const line of used?.text.split('\n') ?? []) {
    const end = line.indexOf('=');
    if (!line.startsWith('version=')) settings.set(line.slice(0, end), line.slice(end + 1).trim());
  }
  if (!settings.has('dataLogDir') && settings.has('dataDir'))
    settings.set('dataLogDir', settings.get('dataDir')!);
  return settings;
}

/** "zookeeper." before a key says nothing more. */
function bare(key: string): string {
  return key.replace(/^zookeeper\./, '');
}

const SECRET = /password|superDigest|secret/i;

/** Nobody wants a password in a report. */
function shown(key: string, value: string | null): string | null {
  return value !== null && SECRET.test(key) ? '(set)' : value;
}
