import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

interface StaleNoticeProps {
  /** The fields that both sides changed, by their labels. */
  differences: readonly { field: string; theirs: string; mine: string }[];
  onTheirs: () => void;
  onMine: () => void;
}

/** Two people changed the same row: both versions side by side, and who wins is asked. */
export function StaleNotice({ differences, onTheirs, onMine }: StaleNoticeProps) {
  const { t } = useTranslation();
  return (
    <Notice tone="soon" title={t('states.staleTitle')}>
      <p>{t('states.staleText')}</p>
      <ul className="mt-1 list-disc pl-5">
        {differences.length === 0 ? <li>{t('states.staleSame')}</li> : null}
        {differences.map((difference) => (
          <li key={difference.field}>
            {t('states.staleField', {
              field: difference.field,
              theirs: difference.theirs || t('states.empty'),
              mine: difference.mine || t('states.empty'),
            })}
          </li>
        ))}
      </ul>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={onTheirs}>{t('states.staleTheirs')}</Button>
        <Button onClick={onMine}>{t('states.staleMine')}</Button>
      </div>
    </Notice>
  );
}
