import type { AuditEntry } from '@cmp/shared/changes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { CopyButton } from '#components/copy-button.tsx';
import { Moment } from '#components/moment.tsx';
import { changeById } from '#lib/changes.ts';
import type { Act } from './audit-days.ts';
import { type AuditView, wholeLog } from './audit-view.ts';
import { Thing } from './change-sentence.tsx';
import { useChangeWords } from './change-words.ts';
import { diffOf, type FieldDiff, withoutSecrets } from './entry-diff.ts';
import { UndoAct } from './undo-act.tsx';

interface ActDetailsProps {
  act: Act;
  onFilter: (view: AuditView) => void;
}

const shownAtFirst = 10;

/** All that is known of an act: when, from where, each row's before and after, and the way back. */
export function ActDetails({ act, onFilter }: ActDetailsProps) {
  const { t } = useTranslation();
  const words = useChangeWords();
  const { data: change } = useQuery(changeById(act.changeId));
  const [shown, show] = useState(shownAtFirst);
  const { first, entries } = act;
  const hidden = entries.length - shown;
  const isAlone = entries.length === 1;

  return (
    <div className="grid gap-4 pb-4 pl-7 touch:pl-0">
      <p className="flex flex-wrap gap-x-3 text-ink-2">
        <span>{t('audit.changeNumber', { id: act.changeId })}</span>
        <Moment at={first.at} />
        <span>{words.via(first.via)}</span>
        {first.ip ? (
          <span translate="no" className="font-mono text-[0.8125rem]">
            {first.ip}
          </span>
        ) : null}
      </p>
      {first.reason ? <p>{t('audit.reason', { reason: first.reason })}</p> : null}
      <div className="grid gap-3">
        {entries.slice(0, shown).map((entry) => (
          <EntryDiff key={entry.id} entry={entry} named={!isAlone} />
        ))}
      </div>
      {hidden > 0 ? (
        <div>
          <Button onClick={() => show(entries.length)}>
            {t('audit.showRows', { count: hidden })}
          </Button>
        </div>
      ) : null}
      {change && change.entryCount > entries.length ? (
        <p className="text-ink-2">
          {t('audit.rowsLoaded', { shown: entries.length, total: change.entryCount })}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <CopyButton
          label={t('audit.copyJson')}
          text={JSON.stringify(entries.map(withoutSecrets), null, 2)}
        />
        {isAlone ? (
          <Button onClick={() => onFilter({ ...wholeLog, object: first.table, row: first.rowId })}>
            {t('audit.onlyThis')}
          </Button>
        ) : (
          <Button onClick={() => onFilter({ ...wholeLog, change: act.changeId })}>
            {t('audit.onlyThisChange')}
          </Button>
        )}
        {change ? <UndoAct act={act} change={change} /> : null}
      </div>
    </div>
  );
}

function EntryDiff({ entry, named }: { entry: AuditEntry; named: boolean }) {
  const { t } = useTranslation();
  const words = useChangeWords();
  const diffs = diffOf(entry);
  const came = Object.keys(entry.before).length === 0;
  return (
    <div className="grid gap-1">
      {named ? (
        <p>
          <Thing entry={entry} />
        </p>
      ) : null}
      <table className="w-full max-w-[840px] border-collapse text-left">
        <thead className="sr-only">
          <tr>
            <th scope="col">{t('audit.diffField')}</th>
            <th scope="col">{t('audit.diffBefore')}</th>
            <th scope="col">{t('audit.diffAfter')}</th>
          </tr>
        </thead>
        <tbody>
          {diffs.map((diff) => (
            <DiffRow key={diff.field} diff={diff} came={came} name={words.fieldName(diff.field)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DiffRow({ diff, came, name }: { diff: FieldDiff; came: boolean; name: string }) {
  const words = useChangeWords();
  const value = 'font-mono text-[0.8125rem] break-all no-underline';
  return (
    <tr className="border-line border-t align-baseline">
      <th scope="row" className="w-44 py-1 pr-3 font-normal text-ink-2 touch:w-28">
        {name}
      </th>
      <td className="w-[35%] py-1 pr-3">
        {came ? null : (
          <del translate="no" className={`${value} text-expired-ink`}>
            {words.value(diff.field, diff.before)}
          </del>
        )}
      </td>
      <td className="py-1">
        <ins translate="no" className={`${value} text-active-ink`}>
          {words.value(diff.field, diff.after)}
        </ins>
      </td>
    </tr>
  );
}
