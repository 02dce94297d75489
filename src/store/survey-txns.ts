// What the txns of an index say of a moment, by SQL.
import type { Zxid } from '../records/zxid.js';
import { reachOf } from '../tree/choose-base.js';
import { type Continuity, ContinuityBuilder, continuityOfRuns } from '../tree/continuity.js';
import type { LogSurvey, TxnMoment, When } from '../tree/log-survey.js';
import { chosenRuns, mayRepeat } from './chosen-runs.js';
import type { Database } from './database.js';
import { chosen, type TxnChoice, type TxnCondition } from './txn-choice.js';

/** The chosen txns as `when` sees them. */
export function surveyTxns(database: Database, choice: TxnChoice, when: When): LogSurvey {
  const txns = new Txns(database, choice);
  const next =
    'zxid' in when
      ? txns.at(txns.value('min(t.zxid)', 'AND t.zxid > ?', when.zxid))
      : txns.at(txns.value('min(t.zxid)', 'AND t.time > ?', when.time));
  const stepBack =
    next === null || 'zxid' in when
      ? null
      : txns.at(txns.value('max(t.zxid)', 'AND t.zxid > ? AND t.time <= ?', next.zxid, when.time));
  return { ...txns.survey(next, continuityOfTxns(database, choice)), stepBack };
}

/** The chosen txns that can be applied to a snapshot at `base`: `next` is the first one behind the first hole. */
export function surveyNewest(database: Database, choice: TxnChoice, base: Zxid): LogSurvey {
  const txns = new Txns(database, choice);
  const continuity = continuityOfTxns(database, choice);
  const hole = reachOf(base, continuity.runs).next;
  return { ...txns.survey(txns.at(hole), continuity), stepBack: null };
}

/** The lowest zxid of the chosen txns; null where there are none. */
export function firstTxn(database: Database, choice: TxnChoice): Zxid | null {
  return new Txns(database, choice).value('min(t.zxid)', '');
}

class Txns {
  readonly #database: Database;
  readonly #sql: string;
  readonly #values: TxnCondition['values'];

  constructor(database: Database, choice: TxnChoice) {
    this.#database = database;
    const { sql, values } = chosen(choice);
    this.#sql = sql;
    this.#values = values;
  }

  survey(next: TxnMoment | null, continuity: Continuity): Omit<LogSurvey, 'stepBack'> {
    return {
      continuity,
      first: this.at(this.value('min(t.zxid)', '')),
      newest: this.at(this.value('max(t.zxid)', '')),
      next,
      laterTxns: next === null ? 0 : Number(this.value('count(*)', 'AND t.zxid >= ?', next.zxid)),
    };
  }

  /** An aggregate over the txns for which `condition` holds. */
  value(aggregate: string, condition: string, ...values: readonly bigint[]): bigint | null {
    // Times are in no index over txns, and to pass through the table is three times faster than to look each one up.
    const plan = condition.includes('t.time') ? 'NOT INDEXED' : '';
    const sql = `SELECT ${aggregate} FROM txn t ${plan} WHERE ${this.#sql} ${condition}`;
    return this.#database
      .prepare(sql)
      .pluck()
      .get(...this.#values, ...values) as bigint | null;
  }

  at(zxid: Zxid | null): TxnMoment | null {
    if (zxid === null) return null;
    const sql = `SELECT t.time FROM txn t WHERE ${this.#sql} AND t.zxid = ? ORDER BY t.id LIMIT 1`;
    const time = this.#database
      .prepare(sql)
      .pluck()
      .get(...this.#values, zxid) as bigint;
    return { zxid, time };
  }
}

// By the ranges of the logs, unless a zxid may be there twice: that is a step backward.
function continuityOfTxns(database: Database, choice: TxnChoice): Continuity {
  if (!mayRepeat(database, choice)) return continuityOfRuns(chosenRuns(database, choice));
  const { sql, values } = chosen(choice);
  const zxids = database.prepare(`SELECT t.zxid FROM txn t WHERE ${sql} ORDER BY t.zxid, t.id`).pluck();
  const builder = new ContinuityBuilder();
  for (const zxid of zxids.iterate(...values) as Iterable<Zxid>) builder.note(zxid);
  return builder;
}
