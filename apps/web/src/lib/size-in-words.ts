import { i18next } from '#lib/i18n.ts';

/** "820 kB", "12.4 MB", "1.3 GB". */
export function sizeInWords(bytes: number): string {
  const to = (unit: number) => Number((bytes / unit).toPrecision(3));
  if (bytes < 1_000_000)
    return i18next.t('snapshots.bytes.kb', { size: Math.max(1, Math.round(bytes / 1000)) });
  if (bytes < 1_000_000_000) return i18next.t('snapshots.bytes.mb', { size: to(1_000_000) });
  return i18next.t('snapshots.bytes.gb', { size: to(1_000_000_000) });
}
