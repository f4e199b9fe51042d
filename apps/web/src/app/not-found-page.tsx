import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { StatePage } from '#components/state-page.tsx';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <StatePage code="404" title={t('states.notFoundTitle')} text={t('states.notFoundText')}>
      <ButtonLink to="/">{t('states.toOverview')}</ButtonLink>
    </StatePage>
  );
}
