// Sentences for a terminal.

/** Text in lines that fit, at most 100 columns. */
export function wrapped(text: string, columns: number): string[] {
  const width = Math.min(columns, 100);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
