import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { PageHeader } from '#components/page-header.tsx';

export function SettingsLayout() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <Outlet />
    </>
  );
}

export { SettingsLayout as Component };
