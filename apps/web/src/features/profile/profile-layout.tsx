import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { PageHeader } from '#components/page-header.tsx';
import { TabLinks } from '#components/tab-links.tsx';
import { useSession } from '#lib/session.ts';

export function ProfileLayout() {
  const { t } = useTranslation();
  const { account } = useSession();
  return (
    <>
      <PageHeader
        translate="no"
        title={account.displayName}
        tabTitle={t('profile.title')}
        lead={
          <span translate="no" className="font-mono text-[0.8125rem]">
            {account.username}
          </span>
        }
      />
      <TabLinks
        label={t('profile.title')}
        tabs={[
          { to: '/profile/details', text: t('profile.details') },
          { to: '/profile/security', text: t('profile.security') },
          { to: '/profile/appearance', text: t('profile.appearance') },
          { to: '/profile/notifications', text: t('news.title') },
        ]}
      />
      <Outlet />
    </>
  );
}

export { ProfileLayout as Component };
