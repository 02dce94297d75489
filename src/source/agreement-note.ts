// Saying which of the servers' txns are shown.
import { formatZxid } from '../records/zxid.js';
import type { Agreement } from '../store/agreement.js';
import type { ChosenServers } from './index-servers.js';

/** What is said of a cluster, or of one of its servers; null where there is nothing to say. */
export function agreementNote({ name, choice, agreement, hasOthers }: ChosenServers): string | null {
  if (!hasOthers) return null;
  const { serverId, agreedTo } = choice;
  if (serverId !== null) return ofServer(name, serverId, agreement);
  const isAgreed = agreedTo !== undefined;
  const copies = copiesText(agreement);
  const fork =
    agreement.fork === null
      ? ''
      : `; for ${formatZxid(agreement.fork)} servers hold different txns, and nothing decides between them`;
  const hint = isAgreed && (copies !== '' || fork !== '') ? '; --all-copies shows all' : '';
  return `${name}: ${isAgreed ? agreedText(agreement) : 'every copy of every txn'}${knownText(agreement)}${fork}${copies}${hint}`;
}

function ofServer(name: string, serverId: number, { copies }: Agreement): string | null {
  const own = copies.filter((one) => one.serverId === serverId);
  if (own.length === 0) return null;
  const txns = own.reduce((sum, one) => sum + one.txns, 0);
  const begin = `from ${formatZxid(own[0]!.from)} on`;
  return `${name}: what this server alone has; of its txns ${txns} ${txns === 1 ? 'is' : 'are'} single-copy, ${begin}`;
}

function agreedText({ upTo }: Agreement): string {
  return upTo === null ? 'there is no agreed history' : `the agreed history, up to ${formatZxid(upTo)}`;
}

function knownText({ upTo, knownTo, voters }: Agreement): string {
  if (knownTo === null) return `, of which it is not known what was committed: ${voters}`;
  if (upTo !== null && knownTo < upTo)
    return `, known to be committed up to ${formatZxid(knownTo)} (${voters})`;
  return ` (${voters})`;
}

/** What each server holds besides. */
function copiesText({ copies }: Agreement): string {
  const byServer = new Map<string, number>();
  for (const { server, txns } of copies) byServer.set(server, (byServer.get(server) ?? 0) + txns);
  return [...byServer]
    .map(([server, txns]) => `; ${server} holds ${countText(txns)} more, single-copy`)
    .join('');
}

function countText(txns: number): string {
  return txns === 1 ? '1 txn' : `${txns} txns`;
}
