// Dividing what is typed at the prompt of sql, or piped into it, into statements and commands.

/** A statement of SQL, or a command of the prompt, which begins with a dot. */
export interface Asked {
  readonly kind: 'statement' | 'command';
  readonly text: string;
}

const ENDS = /^\.(quit|exit)$/;

/** Takes lines and gives what is complete by them. */
export class SqlScript {
  #typed = '';

  /** True in the middle of a statement. */
  get isOpen(): boolean {
    return this.#typed.trim() !== '';
  }

  /** What is complete with one more line. A command stands on a line of its own; `.quit` also ends a statement. */
  add(line: string): Asked[] {
    const text = line.trim();
    if (text.startsWith('.') && (!this.isOpen || ENDS.test(text))) {
      this.#typed = '';
      return [{ kind: 'command', text }];
    }
    const { statements, rest } = divide(`${this.#typed}${line}\n`);
    this.#typed = rest;
    return statements.map((statement) => ({ kind: 'statement', text: statement }));
  }

  /** What is left at the end, where the last statement has no semicolon. */
  end(): Asked[] {
    const { statements, rest } = divide(`${this.#typed};`);
    this.#typed = '';
    const last = rest.trim() === '' ? [] : [rest.trim().replace(/;$/, '')];
    return [...statements, ...last].map((text) => ({ kind: 'statement', text }));
  }
}

/** Divides at semicolons outside of quotes and comments, also of those that are not closed. */
function divide(text: string): { readonly statements: string[]; readonly rest: string } {
  const token =
    /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|[^;'"\-/]+|[\s\S]/g;
  const statements: string[] = [];
  let rest = '';
  for (const [part] of text.matchAll(token)) {
    if (part !== ';') {
      rest += part;
      continue;
    }
    if (rest.trim() !== '') statements.push(rest.trim());
    rest = '';
  }
  return { statements, rest };
}
