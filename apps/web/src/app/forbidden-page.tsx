import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { StatePage } from '#components/state-page.tsx';
import { roleName } from '#lib/role-words.ts';
import { useSession } from '#lib/session.ts';

export function ForbiddenPage() {
  const { t } = useTranslation();
  const role = t(roleName[useSession().account.role]);
  return (
    <StatePage
      code="403"
      title={t('states.forbiddenTitle')}
      text={t('states.forbiddenText', { role })}
    >
      <ButtonLink to="/">{t('states.toOverview')}</ButtonLink>
    </StatePage>
  );
}
