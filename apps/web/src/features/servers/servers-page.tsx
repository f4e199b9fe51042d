import { useTranslation } from 'react-i18next';
import { PageHeader } from '#components/page-header.tsx';

export function ServersPage() {
  const { t } = useTranslation();
  return <PageHeader title={t('servers.title')} />;
}

export { ServersPage as Component };
