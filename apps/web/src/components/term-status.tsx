import type { Status } from '@cmp/shared/status';
import { useTranslation } from 'react-i18next';
import { StatusWord } from './status-word.tsx';

/** A user's status by sign and word. */
export function TermStatus({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <StatusWord status={signOf[status]}>{t(`term.${status}`)}</StatusWord>;
}

const signOf = {
  active: 'active',
  soon: 'soon',
  expired: 'expired',
  disabled: 'off',
} as const satisfies Record<Status, string>;
