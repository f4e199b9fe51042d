import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { siteQuery } from './site.ts';

/** The site's own name, or the product's until it is known. */
export function useSiteName(): string {
  const { t } = useTranslation();
  const { data: site } = useQuery(siteQuery);
  return site?.name ?? t('shell.portal');
}
