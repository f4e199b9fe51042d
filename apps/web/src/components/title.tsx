import { useTranslation } from 'react-i18next';
import { useSiteName } from '#lib/use-site-name.ts';

/** The document's title; React lifts it into the head. */
export function Title({ page }: { page: string }) {
  const { t } = useTranslation();
  const site = useSiteName();
  return <title>{t('shell.title', { page, site })}</title>;
}
