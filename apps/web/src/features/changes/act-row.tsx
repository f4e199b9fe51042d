import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { changeById } from '#lib/changes.ts';
import { ActDetails } from './act-details.tsx';
import type { Act } from './audit-days.ts';
import type { AuditView } from './audit-view.ts';
import { ChangeSentence, sentenceOf } from './change-sentence.tsx';
import { useChangeWords } from './change-words.ts';
import { diffOf } from './entry-diff.ts';

interface ActRowProps {
  act: Act;
  /** Whether older rows, not loaded, may belong to it too. */
  mayBeCut: boolean;
  onFilter: (view: AuditView) => void;
}

/** One act in a line; opened, all of it. */
export function ActRow({ act, mayBeCut, onFilter }: ActRowProps) {
  const { t } = useTranslation();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const { first, entries } = act;
  // A change whose rows are not all loaded says itself how many they are.
  const { data: change } = useQuery({ ...changeById(act.changeId), enabled: mayBeCut });
  const rowCount = t('audit.rows', { count: change?.entryCount ?? entries.length });

  return (
    <li className="border-line border-b last:border-b-0">
      <div className="flex min-h-row items-start gap-2 py-2.5">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          aria-label={t('audit.expand')}
          onClick={() => setOpen(!isOpen)}
          className="grid -my-0.5 size-6 shrink-0 place-items-center rounded-tag text-ink-3 hover:bg-sunken hover:text-ink touch:-my-1 touch:size-8"
        >
          <ChevronRight
            aria-hidden
            size={15}
            className={`transition-transform ${isOpen ? 'rotate-90' : ''}`}
          />
        </button>
        <p className="min-w-0 flex-1 text-pretty">
          <ChangeSentence act={act} rowCount={rowCount} />
          <Summary act={act} rowCount={rowCount} />
          <span className="hidden text-ink-3 touch:inline">
            {dot}
            <span className="whitespace-nowrap">
              <Ago at={first.at} />
            </span>
          </span>
        </p>
        {first.ip ? (
          <span translate="no" className="font-mono text-[0.75rem] text-ink-3 touch:hidden">
            {first.ip}
          </span>
        ) : null}
        <span className="min-w-20 text-right text-ink-3 touch:hidden">
          <Ago at={first.at} />
        </span>
      </div>
      {isOpen ? (
        <div id={id}>
          <ActDetails act={act} onFilter={onFilter} />
        </div>
      ) : null}
    </li>
  );
}

/** It ends a line where the line breaks, and begins none. */
const dot = '\u00a0· ';

/** From what to what, where that is short; of many rows how many. */
function Summary({ act, rowCount }: { act: Act; rowCount: string }) {
  const words = useChangeWords();
  const { first, entries } = act;
  const sentence = sentenceOf(act);
  if (entries.length > 1) {
    return sentence.startsWith('many') ? null : (
      <span className="text-ink-2">
        {dot}
        <span className="whitespace-nowrap">{rowCount}</span>
      </span>
    );
  }
  const [diff, another] = diffOf(first);
  const tellsOne = sentence.startsWith('changed') || sentence.startsWith('extended');
  if (!diff || another || !tellsOne) return null;
  return (
    <span className="tnum text-ink-2">
      {dot}
      <span translate="no">
        {words.value(diff.field, diff.before)}
        {' → '}
        {words.value(diff.field, diff.after)}
      </span>
    </span>
  );
}
