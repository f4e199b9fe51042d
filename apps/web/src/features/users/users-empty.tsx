import type { StatusCounts } from '@cmp/shared/users';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { filterCount, type UserView } from './user-view.ts';

interface UsersEmptyProps {
  view: UserView;
  counts: StatusCounts;
  mayAdd: boolean;
  hint: ReactNode;
  onAdd: () => void;
  onClear: () => void;
}

/** Why there is no row: nobody is here yet, or the filters leave nobody. */
export function UsersEmpty({ view, counts, mayAdd, hint, onAdd, onClear }: UsersEmptyProps) {
  const { t } = useTranslation();
  const filters = filterCount(view);
  if (filters === 0) {
    return (
      <EmptyNote text={t(mayAdd ? 'users.emptyFirst' : 'users.emptyReader')}>
        {mayAdd ? (
          <WriteButton tone="primary" onClick={onAdd}>
            {t('users.add')}
          </WriteButton>
        ) : null}
      </EmptyNote>
    );
  }
  const outside = view.status ? counts.all : 0;
  return (
    <EmptyNote
      text={view.q.trim() ? t('users.emptySearch', { q: view.q.trim() }) : t('users.emptyFiltered')}
    >
      {hint}
      {outside > 0 ? (
        <p className="text-ink-2">{t('users.outsideFilter', { count: outside })}</p>
      ) : null}
      <Button onClick={onClear}>{t('users.clearFilters', { count: filters })}</Button>
    </EmptyNote>
  );
}
