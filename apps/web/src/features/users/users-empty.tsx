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
  first: FirstUse | undefined;
  hint: ReactNode;
  onAdd: () => void;
  onClear: () => void;
}

/** What is said and offered where nobody is yet. */
export interface FirstUse {
  text?: string | undefined;
  actions?: ReactNode;
}

/** Why there is no row: nobody is here yet, or the filters leave nobody. */
export function UsersEmpty(props: UsersEmptyProps) {
  const { t } = useTranslation();
  const { view, counts, mayAdd, first, hint, onAdd, onClear } = props;
  const filters = filterCount(view);
  if (filters === 0) {
    return (
      <EmptyNote text={first?.text ?? t(mayAdd ? 'users.emptyFirst' : 'users.emptyReader')}>
        {mayAdd ? (
          <WriteButton tone="primary" onClick={onAdd}>
            {t('users.add')}
          </WriteButton>
        ) : null}
        {first?.actions}
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
        <p className="w-full text-ink-2">{t('users.outsideFilter', { count: outside })}</p>
      ) : null}
      <Button onClick={onClear}>{t('users.clearFilters', { count: filters })}</Button>
    </EmptyNote>
  );
}
