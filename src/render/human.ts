// Amounts as people read them: about three digits, and a unit.

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/**
 * Writes a number of bytes in decimal units, 1 MB being 1,000,000 bytes.
 *
 * @example formatBytes(310_400_000) // '310 MB'
 */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let unit = 'B';
  for (const next of UNITS) {
    if (amount < 999.5) break;
    amount /= 1000;
    unit = next;
  }
  return `${unit !== 'B' && amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

/**
 * Writes a number of seconds in its one or two largest units.
 *
 * @example formatDuration(3725) // '1 h 2 min'
 */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.trunc(whole / 60)} min ${whole % 60} s`;
  return `${Math.trunc(whole / 3600)} h ${Math.trunc(whole / 60) % 60} min`;
}
