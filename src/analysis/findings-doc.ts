// docs/findings.md, made from the registry.
import { NOTE_CODES, STOP_CODES } from '../datadir/boot-codes.js';
import { PROBLEMS, type ProblemKind, type Severity } from '../problems.js';
import { TARGET_CODES, type TargetCodeSpec } from './target-codes.js';

const MEANING: Readonly<Record<Severity, string>> = {
  error: 'data is lost, or a server refuses or misreads the file',
  warning: 'wants a look',
  note: 'normal for a running or killed server',
};

/** The text of docs/findings.md: every code with its severity, cause and remedy. */
export function findingsDoc(): string {
  const kinds = Object.entries<ProblemKind>(PROBLEMS).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '# Findings',
    '',
    'What zoolog can find wrong with a file. The code stands in brackets at the end of a line on stderr, in the',
    '`code` of a problem in json, and in the table `problem` of an index. A finding always comes with the file, the',
    'byte offset (in the decompressed stream where a file is compressed), what was expected and what was found.',
    '',
    'This page is made from `src/problems.ts`, `src/datadir/boot-codes.ts` and `src/analysis/target-codes.ts` by `npm run docs`.',
    '',
    ...Object.entries(MEANING).map(([severity, meaning]) => `- **${severity}**: ${meaning}.`),
    '',
    ...kinds.flatMap(([code, { severity, title, cause, remedy }]) => [
      `## ${code}`,
      '',
      `**${title}** (${severity})`,
      '',
      `Cause: ${cause}`,
      '',
      `What to do: ${remedy}`,
      '',
    ]),
    '# Why a server does not start',
    '',
    'The `code` of a start in `zoolog doctor --format json`, and in brackets behind `server-stops`. With it come the',
    'place, what was expected and found, why, and what to do.',
    '',
    ...listOf(STOP_CODES),
    '',
    '# What is to be known although it starts',
    '',
    'The `notes` of a start in `zoolog doctor --format json`.',
    '',
    ...listOf(NOTE_CODES),
    '',
    '# What stands in the way of a move',
    '',
    'The `code` of a row of `zoolog check --for`.',
    '',
    ...Object.entries<TargetCodeSpec>(TARGET_CODES)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { severity, title, remedy }]) => `- **${code}** (${severity}): ${title}. ${remedy}`),
    '',
  ].join('\n');
}

function listOf(codes: Readonly<Record<string, string>>): string[] {
  return Object.entries(codes).map(([code, meaning]) => `- **${code}**: ${meaning}`);
}
