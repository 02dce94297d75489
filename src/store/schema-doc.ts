// docs/index-schema.md, made from the schema.
import {
  INDEXES,
  OWNER_INDEX,
  PATH_INDEX,
  SCHEMA_VERSION,
  TABLES,
  type TableSpec,
  TXN_INDEX,
  VIEWS,
} from './schema.js';
import { SQL_FUNCTIONS } from './sql.js';
import { SQL_EXAMPLES } from './sql-examples.js';

/** A column as its DDL line has it: `name TYPE ..., -- comment`. */
export interface ColumnSpec {
  readonly name: string;
  /** INTEGER, TEXT, BLOB or ANY. */
  readonly type: string;
  /** False for NOT NULL and for keys. */
  readonly isNullable: boolean;
  readonly comment: string;
}

/** The columns of a table. */
export function columnsOf({ ddl }: TableSpec): ColumnSpec[] {
  const lines = ddl.split('\n').slice(1, -1);
  return lines.flatMap((line) => {
    const found = /^ {2}"?(\w+)"? (INTEGER|TEXT|BLOB|ANY)\b(.*?),?\s+-- (.*)$/.exec(line);
    if (found === null) return [];
    const [, name = '', type = '', rest = '', comment = ''] = found;
    return [{ name, type, isNullable: !/NOT NULL|PRIMARY KEY|AS \(/.test(rest), comment }];
  });
}

/** The whole page. */
export function schemaDoc(): string {
  return `${[
    INTRODUCTION,
    '## Tables',
    ...TABLES.map(tableDoc),
    '## Views',
    ...VIEWS.map(({ name, purpose, ddl }) => `### ${name}\n\n${purpose}\n\n${code(`${ddl};`)}`),
    '## Indexes',
    code(
      [PATH_INDEX, OWNER_INDEX, TXN_INDEX, ...INDEXES]
        .map((ddl) => `${ddl.replace('IF NOT EXISTS ', '')};`)
        .join('\n'),
    ),
    '## Functions',
    FUNCTIONS,
    SQL_FUNCTIONS.map(({ call, purpose }) => `- \`${call}\`: ${purpose}`).join('\n'),
    '## Examples',
    ...SQL_EXAMPLES.map(({ question, sql }) => `**${question}**\n\n${code(sql)}`),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `# The schema of an index

Made from src/store/schema.ts by \`npm run docs\`; schema version ${SCHEMA_VERSION}.

\`zoolog index\` makes one SQLite file, which \`zoolog sql\`, sqlite3, Datasette and whatever reads SQLite can query.
64-bit ids (zxids, sessions, digests) are signed integers. The views have zxids twice, as integers to compare and sort by
and in hex as \`NAME_hex\`, and sessions and owners in hex. Times are milliseconds since 1970, in the views ISO 8601 text.
Text that is not valid UTF-8, or holds a NUL, is a BLOB. Every row that came from a file says from which byte of it.

Indexing again adds what is new. A file with the size, time and last bytes it had is not read again. A log is read on from
its last sound txn where that still stands there: servers only append to logs, so a change before it is not noticed until
the index is made anew. What changed otherwise is loaded again; what vanished keeps its rows, with \`file.is_gone\`.`;

const FUNCTIONS = 'In `zoolog sql` only; in other programs use the views, which do without.';

function tableDoc(table: TableSpec): string {
  const rows = columnsOf(table).map(({ name, type, isNullable, comment }) => {
    return `| ${name} | ${type}${isNullable ? ', can be null' : ''} | ${comment.replaceAll('|', '\\|')} |`;
  });
  return [
    `### ${table.name}`,
    table.purpose,
    ['| column | type | |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function code(sql: string): string {
  return `\`\`\`sql\n${sql}\n\`\`\``;
}
