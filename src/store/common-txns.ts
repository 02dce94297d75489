// Which servers of an index have a history in common: equal txns tell, for two clusters never have one.
import { openForReading } from './database.js';

const TOGETHER = `SELECT DISTINCT names FROM (
  SELECT json_group_array(DISTINCT s.name) AS names
  FROM record r JOIN log n ON n.id = r.log_id JOIN server s ON s.id = n.server_id GROUP BY r.txn_id)`;

/**
 * The servers that have txns, by name, in groups: those of one group have equal txns, each with another one of it.
 * Of an index of one cluster. Reads each copy of each txn once.
 */
export function groupsByTxns(file: string): readonly ReadonlySet<string>[] {
  const database = openForReading(file);
  try {
    let groups: Set<string>[] = [];
    for (const text of database.prepare(TOGETHER).pluck().all() as string[]) {
      const names = new Set<string>(JSON.parse(text));
      const joined = groups.filter((group) => [...group].some((name) => names.has(name)));
      groups = groups.filter((group) => !joined.includes(group));
      groups.push(new Set([...joined.flatMap((group) => [...group]), ...names]));
    }
    return groups;
  } finally {
    database.close();
  }
}
