import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { PageHeader } from '#components/page-header.tsx';
import { SideLinks } from '#components/side-links.tsx';

export function SettingsLayout() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-12 gap-y-6 lg:grid-cols-[11rem_minmax(0,1fr)]">
        <SideLinks
          label={t('settings.sections')}
          links={[
            { to: '/settings/general', text: t('settings.general') },
            { to: '/settings/services', text: t('settings.services') },
            { to: '/settings/database', text: t('settings.database') },
            { to: '/settings/telegram', text: t('settings.telegram') },
            { to: '/settings/remote-server', text: t('settings.remoteServer') },
            { to: '/settings/certificate', text: t('settings.certificate') },
            { to: '/settings/mail', text: t('settings.mail') },
            { to: '/settings/storage', text: t('settings.storage') },
            { to: '/settings/notifications', text: t('settings.notifications') },
            { to: '/settings/system', text: t('settings.system') },
          ]}
        />
        <div className="min-w-0">
          <Outlet />
        </div>
      </div>
    </>
  );
}

export { SettingsLayout as Component };
