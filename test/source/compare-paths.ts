// Canonical order by its definition: names compared one by one, a znode before what is below it.

export function comparePaths(a: Buffer, b: Buffer): number {
  const [left, right] = [namesOf(a), namesOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = Buffer.compare(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function namesOf(path: Buffer): Buffer[] {
  const text = path.toString('latin1');
  if (text === '') return [];
  return text
    .slice(1)
    .split('/')
    .map((name) => Buffer.from(name, 'latin1'));
}
