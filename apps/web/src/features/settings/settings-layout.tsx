import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { PageHeader } from '#components/page-header.tsx';
import { TabLinks } from '#components/tab-links.tsx';

export function SettingsLayout() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <TabLinks
        label={t('settings.sections')}
        tabs={[
          { to: '/settings/general', text: t('settings.general') },
          { to: '/settings/services', text: t('settings.services') },
        ]}
      />
      <Outlet />
    </>
  );
}

export { SettingsLayout as Component };
