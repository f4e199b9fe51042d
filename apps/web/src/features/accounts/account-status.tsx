import type { Account } from '@cmp/shared/accounts';
import { useTranslation } from 'react-i18next';
import { StatusWord } from '#components/status-word.tsx';

/** Whether someone can sign in, and whether something is still waiting for them. */
export function AccountStatus({ account }: { account: Account }) {
  const { t } = useTranslation();
  if (account.disabledAt) return <StatusWord status="off">{t('accounts.disabled')}</StatusWord>;
  if (account.mustChangePassword) {
    return <StatusWord status="soon">{t('accounts.mustChange')}</StatusWord>;
  }
  return <StatusWord status="active">{t('accounts.active')}</StatusWord>;
}
