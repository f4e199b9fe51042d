import type { SignInList, SignInOutcome } from '@cmp/shared/auth';
import { useTranslation } from 'react-i18next';
import { Ago } from './ago.tsx';
import { EmptyNote } from './empty-note.tsx';
import { useDeviceName } from './session-table.tsx';
import { StatusWord } from './status-word.tsx';
import { Cell, Row, Table } from './table.tsx';

/** Every attempt to sign in, with what came of it. */
export function SignInTable({ signIns }: { signIns: SignInList['items'] }) {
  const { t } = useTranslation();
  const device = useDeviceName();
  if (signIns.length === 0) return <EmptyNote text={t('profile.noSignIns')} />;
  return (
    <Table
      label={t('profile.historyTitle')}
      heads={[
        { text: t('profile.outcome') },
        { text: t('profile.device') },
        { text: t('profile.address') },
        { text: t('profile.when'), align: 'right' },
      ]}
    >
      {signIns.map((signIn) => (
        <Row key={signIn.id}>
          <Cell phone="title">
            <StatusWord status={statusOf[signIn.outcome]}>
              {t(`profile.${wordOf[signIn.outcome]}`)}
            </StatusWord>
          </Cell>
          <Cell phone="meta">{device(signIn.userAgent)}</Cell>
          <Cell phone="metaAside">
            <span translate="no" className="font-mono text-[0.8125rem]">
              {signIn.ip}
            </span>
          </Cell>
          <Cell phone="aside" align="right">
            <Ago at={signIn.at} />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

const wordOf = {
  success: 'outcomeSuccess',
  wrong_password: 'outcomeWrongPassword',
  unknown_account: 'outcomeUnknownAccount',
  disabled: 'outcomeDisabled',
} as const satisfies Record<SignInOutcome, string>;

const statusOf = {
  success: 'active',
  wrong_password: 'expired',
  unknown_account: 'expired',
  disabled: 'off',
} as const satisfies Record<SignInOutcome, string>;
