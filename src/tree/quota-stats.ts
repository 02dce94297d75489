// The text of a zookeeper_stats znode, `count=N,bytes=B` (StatsTrack).

/** Znodes and bytes of data in a limited tree, as its stats znode says. */
export interface QuotaStats {
  readonly count: number;
  readonly bytes: number;
}

/** Reads the text as StatsTrack does: what is not there, or no number, is -1. */
export function parseQuotaStats(text: string | null): QuotaStats {
  const values = new Map<string, number>();
  for (const part of (text ?? '').split(/[,;]+/)) {
    const [key = '', value = ''] = part.split('=');
    if (/^-?\d+$/.test(value)) values.set(key, Number(value));
  }
  return { count: values.get('count') ?? -1, bytes: values.get('bytes') ?? -1 };
}

export function formatQuotaStats({ count, bytes }: QuotaStats): string {
  return `count=${count},bytes=${bytes}`;
}
