// docs/findings.md, made from the registry.
import { PROBLEMS, type ProblemKind, type Severity } from '../problems.js';

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
    'This page is made from `src/problems.ts` by `npm run docs`.',
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
  ].join('\n');
}
