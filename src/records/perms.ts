// Permissions of an ACL entry (ZooDefs.Perms), written as the letters that zkCli uses.

const LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [4, 'c'],
  [8, 'd'],
  [1, 'r'],
  [2, 'w'],
  [16, 'a'],
];

/** Perms as letters of `cdrwa`; bits that no release defines are added as a number: `r+64`. */
export function formatPerms(perms: number): string {
  let text = '';
  let rest = perms;
  for (const [bit, letter] of LETTERS) {
    if ((perms & bit) === 0) continue;
    text += letter;
    rest &= ~bit;
  }
  return rest === 0 ? text : `${text}+${rest}`;
}

/** Perms from letters, as `formatPerms` writes them; null for other text. */
export function parsePerms(text: string): number | null {
  const [, letters, rest = '0'] = /^([cdrwa]*)(?:\+(-?\d{1,10}))?$/.exec(text) ?? [];
  if (letters === undefined) return null;
  let perms = Number(rest) | 0;
  for (const [bit, letter] of LETTERS) if (letters.includes(letter)) perms |= bit;
  return perms;
}
