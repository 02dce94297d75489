// sql: read-only SQL over an index, one statement or a prompt.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { UsageError } from '../../errors.js';
import { type DataMode, formatData } from '../../render/bytes.js';
import { escapeForTerminal } from '../../render/escape.js';
import type { Rows } from '../../render/rows.js';
import { notFound } from '../../source/not-found.js';
import { openSql, SQL_FUNCTIONS, type SqlSession, type SqlValue } from '../../store/sql.js';
import { defineCommand } from '../command.js';
import type { Context } from '../context.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { dataOption, outputOptions } from '../options.js';
import { type OutputArgs, Run } from '../run.js';
import { type Asked, SqlScript } from '../sql-script.js';

type SqlArgs = OutputArgs & { readonly data?: DataMode | undefined };

export const sql = defineCommand({
  usage: 'sql <index> [statement]',
  examples: [
    ['zoolog sql case.db "SELECT path, data_length FROM tree ORDER BY 2 DESC LIMIT 5"', 'one statement'],
    ['zoolog sql case.db "SELECT * FROM forks" --format json', 'for jq'],
    ['zoolog sql case.db < questions.sql', 'statements that end in ;'],
    ['zoolog sql case.db', 'a prompt'],
  ],
  positionals: {
    index: { type: 'string', demandOption: true, describe: 'A file made by zoolog index' },
    statement: { type: 'string', describe: 'One SELECT; without it a prompt, or standard input' },
  },
  options: { ...outputOptions, ...dataOption },
  epilogue:
    'Tables and views: docs/index-schema.md. Ids are signed 64 bit integers, times milliseconds since 1970. Functions:\n' +
    SQL_FUNCTIONS.map(({ call, purpose }) => `  ${call}: ${purpose}`).join('\n'),
  run: async (args, context) => {
    if (!existsSync(args.index)) throw notFound(args.index);
    if (statSync(args.index).isDirectory()) {
      const hint = `make one with: zoolog index -o case.db ${args.index}`;
      throw new UsageError(`${args.index} is a directory, and sql takes an index`, hint);
    }
    const session = openSql(args.index);
    try {
      if (args.statement !== undefined) return answer(session, args.statement, args, context);
      if (process.stdin.isTTY) return await prompt(session, args, context);
      return answerAll(session, readFileSync(0, 'utf8'), args, context);
    } finally {
      session.close();
    }
  },
});

function answer(session: SqlSession, statement: string, args: SqlArgs, context: Context): number {
  const run = new Run(args, context);
  const { columns, rows } = session.query(statement);
  const named = table(columns, rows, args.data ?? 'auto');
  run.printWithEnvelope(named, args, { statement }, () => true);
  return run.finish(EXIT.ok);
}

function answerAll(session: SqlSession, text: string, args: SqlArgs, context: Context): number {
  const script = new SqlScript();
  const lines = text.split('\n');
  let count = 0;
  const answerEach = (all: readonly Asked[]): boolean => {
    for (const one of all) {
      count++;
      if (!answerAsked(session, one, args, context)) return false;
    }
    return true;
  };
  for (const line of lines) if (!answerEach(script.add(line))) return EXIT.ok;
  answerEach(script.end());
  if (count === 0) throw new UsageError('no statement', 'type one SELECT in quotes, or a file of them');
  return EXIT.ok;
}

/** Reads statements from the terminal until its end; a mistake is said and the prompt goes on. */
async function prompt(session: SqlSession, args: SqlArgs, context: Context): Promise<number> {
  const { createInterface } = await import('node:readline');
  const input = createInterface({ input: process.stdin, output: process.stderr, prompt: 'zoolog> ' });
  context.stderr.write('SQL, read-only; a statement ends in ;  .help  .tables  .schema TABLE  .quit\n');
  context.stderr.flush();
  const script = new SqlScript();
  input.prompt();
  for await (const line of input) {
    try {
      if (!script.add(line).every((asked) => answerAsked(session, asked, args, context))) break;
    } catch (error) {
      exitCodeOf(error, context);
    }
    input.setPrompt(script.isOpen ? '   ...> ' : 'zoolog> ');
    input.prompt();
  }
  input.close();
  return EXIT.ok;
}

/** Answers a statement or command; false where it is the one that ends all. */
function answerAsked(session: SqlSession, { kind, text }: Asked, args: SqlArgs, context: Context): boolean {
  if (kind === 'statement') {
    answer(session, text, args, context);
    return true;
  }
  const [name, ...words] = text.replace(/;$/, '').split(/\s+/);
  if (words.length === 0 && (name === '.quit' || name === '.exit')) return false;
  if (name === '.help') context.stdout.write(HELP);
  else if (name === '.tables' && words.length === 0) answer(session, TABLES, args, context);
  else if (name === '.schema' && words.length < 2) context.stdout.write(schemaOf(session, words[0]));
  else
    throw new UsageError(
      `${text} is not a command here`,
      'there are .tables, .schema TABLE, .help and .quit',
    );
  context.stdout.flush();
  return true;
}

const HELP = `A statement is one SELECT, WITH, VALUES or EXPLAIN and ends in ;
.tables          the tables and views; docs/index-schema.md has every column
.schema [TABLE]  how they were made
.quit            ends, also in the middle of a statement; so does Ctrl-D
`;

const TABLES =
  "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' ORDER BY 2, 1";

/** The statements that made a table or view, or all of them, as they are. */
function schemaOf(session: SqlSession, name: string | undefined): string {
  const { rows } = session.query(
    'SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name',
  );
  const found = [...rows].filter(([other]) => name === undefined || other === name);
  if (found.length === 0) throw new UsageError(`there is no table or view ${name}`, '.tables lists them');
  return found
    .flatMap(([, sql]) => `${sql};`.split('\n'))
    .map((line) => `${escapeForTerminal(line)}\n`)
    .join('');
}

type SqlRow = Readonly<Record<string, SqlValue>>;

/** Rows under their columns' names; of two columns with one name the second is NAME_2. */
function table(
  columns: readonly string[],
  rows: Iterable<readonly SqlValue[]>,
  mode: DataMode,
): Rows<SqlRow> {
  const keys: string[] = [];
  for (const column of columns) {
    let key = column;
    for (let n = 2; keys.includes(key); n++) key = `${column}_${n}`;
    keys.push(key);
  }
  return { columns: keys.map((key) => ({ key, kind: 'scalar' })), rows: named(keys, rows, mode) };
}

function* named(
  keys: readonly string[],
  rows: Iterable<readonly SqlValue[]>,
  mode: DataMode,
): Generator<SqlRow> {
  for (const row of rows) {
    yield Object.fromEntries(keys.map((key, i) => [key, shown(row[i] ?? null, mode)]));
  }
}

function shown(value: SqlValue, mode: DataMode): SqlValue {
  return value instanceof Uint8Array ? (formatData(value, mode).data ?? null) : value;
}
