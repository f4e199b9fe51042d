import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { deletionOf } from '#lib/deletion.ts';
import { explain } from '#lib/explain.ts';
import { useCan, useMay } from '#lib/session.ts';
import { undoChange } from '#lib/undo.ts';
import { Ago } from './ago.tsx';
import { ButtonLink } from './button.tsx';
import { WriteButton } from './write-button.tsx';

interface DeletedNoteProps {
  table: 'servers' | 'users';
  rowId: number;
  /** Said where nothing is known of a deletion, or nothing may be. */
  otherwise: string;
  onRestored?: () => void;
}

/** Who deleted what an address leads to, and when, with the way back for those who may go it. */
export function DeletedNote({ table, rowId, otherwise, onRestored }: DeletedNoteProps) {
  const { t } = useTranslation();
  const may = useMay();
  const can = useCan();
  const { data: deletion, isLoading } = useQuery({
    ...deletionOf(table, rowId),
    enabled: may('changes:list'),
  });
  const [isUndoing, setUndoing] = useState(false);
  if (isLoading) return null;
  if (!deletion) return <p className="text-ink-2">{otherwise}</p>;

  const { changeId, serverId, rowName, accountName } = deletion;
  const mayUndo =
    table === 'servers'
      ? may('servers:delete')
      : serverId !== null && can('changes:undo', serverId) && can('users:restore', serverId);

  async function undo() {
    setUndoing(true);
    try {
      const { kind } = await undoChange(changeId);
      toast(t(kind === 'none' ? 'undo.none' : 'undo.done'));
      if (kind !== 'none') onRestored?.();
    } catch (error) {
      toast.error(t('undo.failed', { reason: explain(error) }));
    }
    setUndoing(false);
  }

  return (
    <div className="grid gap-4">
      <p>
        <Trans
          i18nKey="undo.deletedBy"
          components={{
            thing: <b translate="no">{rowName}</b>,
            who: <b translate="no">{accountName}</b>,
            when: <Ago at={deletion.at} />,
          }}
        />
      </p>
      <div className="flex flex-wrap gap-2">
        {mayUndo ? (
          <WriteButton tone="primary" disabled={isUndoing} onClick={() => void undo()}>
            {t('undo.bringBack')}
          </WriteButton>
        ) : null}
        <ButtonLink to={`/audit?change=${changeId}`}>{t('undo.inLog')}</ButtonLink>
      </div>
    </div>
  );
}

export { DeletedNote as default };
