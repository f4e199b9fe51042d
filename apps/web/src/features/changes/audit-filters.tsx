import { AccountList } from '@cmp/shared/accounts';
import { CalendarDate } from '@cmp/shared/primitives';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { Chip } from '#components/chip.tsx';
import { DateInput } from '#components/date-input.tsx';
import { Field } from '#components/field.tsx';
import { SelectField } from '#components/select-field.tsx';
import { api } from '#lib/api.ts';
import { isKey } from '#lib/is-key.ts';
import { serverList } from '#lib/server-list.ts';
import { useMay } from '#lib/session.ts';
import { en } from '#locales/en.ts';
import { type AuditView, auditFilterCount, wholeLog } from './audit-view.ts';

interface AuditFiltersProps {
  view: AuditView;
  /** The name of the row that is asked for, once it is known. */
  rowName: string | undefined;
  onChange: (view: AuditView) => void;
}

/** What of the log is asked for. */
export function AuditFilters({ view, rowName, onChange }: AuditFiltersProps) {
  const { t } = useTranslation();
  const { data: servers } = useQuery(serverList);
  const count = auditFilterCount(view);
  const only = rowName ?? t('audit.noName', { id: view.row ?? '' });

  return (
    <search aria-label={t('audit.filters')} className="mb-6 grid gap-3">
      <div className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-3 touch:grid-cols-2">
        <ActorFilter view={view} onChange={onChange} />
        <SelectField
          label={t('audit.action')}
          value={view.action ?? ''}
          onChange={({ target }) => onChange({ ...view, action: target.value || undefined })}
        >
          <option value="">{t('audit.anyAction')}</option>
          {keysOf(en.audit.actionName).map((action) => (
            <option key={action} value={action}>
              {t(`audit.actionName.${action}`)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t('audit.object')}
          value={view.object ?? ''}
          onChange={({ target }) =>
            onChange({ ...view, object: target.value || undefined, row: undefined })
          }
        >
          <option value="">{t('audit.anyObject')}</option>
          {keysOf(en.audit.objectName).map((table) => (
            <option key={table} value={table}>
              {t(`audit.objectName.${table}`)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t('audit.server')}
          value={view.server ?? ''}
          onChange={({ target }) =>
            onChange({ ...view, server: target.value ? Number(target.value) : undefined })
          }
        >
          <option value="">{t('audit.anyServer')}</option>
          {servers?.items.map(({ id, name }) => (
            <option key={id} value={id} translate="no">
              {name}
            </option>
          ))}
        </SelectField>
        <DayFilter side="from" view={view} onChange={onChange} />
        <DayFilter side="to" view={view} onChange={onChange} />
      </div>
      {count > 0 ? (
        <div className="flex flex-wrap items-center gap-2">
          {view.row === undefined ? null : (
            <Chip
              text={t('audit.onlyRow', { name: only })}
              liftLabel={t('audit.lift', { filter: only })}
              onLift={() => onChange({ ...view, object: undefined, row: undefined })}
            />
          )}
          {view.change === undefined ? null : (
            <Chip
              text={t('audit.onlyChange', { id: view.change })}
              liftLabel={t('audit.lift', { filter: t('audit.onlyChange', { id: view.change }) })}
              onLift={() => onChange({ ...view, change: undefined })}
            />
          )}
          <Button tone="quiet" onClick={() => onChange(wholeLog)}>
            {t('audit.clear', { count })}
          </Button>
        </div>
      ) : null}
    </search>
  );
}

type FilterProps = Pick<AuditFiltersProps, 'view' | 'onChange'>;

/** Only who may list the accounts can choose among them. */
function ActorFilter({ view, onChange }: FilterProps) {
  const { t } = useTranslation();
  const isOffered = useMay()('accounts:list');
  const { data: accounts } = useQuery({
    queryKey: ['accounts', 'list'],
    queryFn: ({ signal }) => api.get('/accounts', AccountList, { signal }),
    enabled: isOffered,
  });
  if (!isOffered) return null;
  return (
    <SelectField
      label={t('audit.actor')}
      value={view.actor ?? ''}
      onChange={({ target }) =>
        onChange({ ...view, actor: target.value ? Number(target.value) : undefined })
      }
    >
      <option value="">{t('audit.anyone')}</option>
      {accounts?.items.map(({ id, displayName }) => (
        <option key={id} value={id} translate="no">
          {displayName}
        </option>
      ))}
    </SelectField>
  );
}

/** A day is taken once it is whole. */
function DayFilter({ side, view, onChange }: FilterProps & { side: 'from' | 'to' }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const label = t(`audit.${side}`);

  function take(text: string) {
    const isWhole = text === '' || CalendarDate.safeParse(text).success;
    setTyped(isWhole ? undefined : text);
    if (isWhole) onChange({ ...view, [side]: text || undefined });
  }

  return (
    <Field label={label}>
      {(ids) => (
        <DateInput
          {...ids}
          label={label}
          value={typed ?? view[side] ?? ''}
          onChange={({ target }) => take(target.value)}
        />
      )}
    </Field>
  );
}

function keysOf<Names extends object>(names: Names): (keyof Names & string)[] {
  return Object.keys(names).filter((key) => isKey(names, key));
}
