import type { User } from '@cmp/shared/users';
import { useTranslation } from 'react-i18next';

/** A user's particulars for those who may only read them. */
export function UserFacts({ user }: { user: User }) {
  const { t } = useTranslation();
  const facts = [
    [t('users.service'), user.service],
    [t('users.contact'), user.contact],
    [t('users.expiresOn'), user.expiresOn ?? t('term.never')],
    [t('users.devices'), user.totalDevices ?? t('users.unlimited')],
    [t('users.dataLimit'), user.dataLimitGb ?? t('users.unlimited')],
    [t('users.remark'), user.remark],
  ] as const;
  return (
    <dl className="border-line border-t">
      {facts.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[9rem_1fr] gap-4 border-line border-b py-2">
          <dt className="text-ink-2">{name}</dt>
          <dd translate="no" className="tnum wrap-anywhere">
            {value ?? '—'}
          </dd>
        </div>
      ))}
    </dl>
  );
}
