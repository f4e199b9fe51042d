import { addDays, daysBetween } from '@cmp/shared/calendar';
import { expiryDays } from '@cmp/shared/overview';
import type { CalendarDate } from '@cmp/shared/primitives';
import { type KeyboardEvent, type MouseEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { longDate, shortDate } from '#lib/term.ts';

export interface DaySpan {
  from: CalendarDate;
  to: CalendarDate;
}

interface ExpiryStripProps {
  today: CalendarDate;
  /** The last day that counts as soon. */
  soonUntil: CalendarDate;
  /** How many terms end on a day; days without any are left out. */
  expiries: readonly { date: CalendarDate; count: number }[];
  selected: DaySpan | undefined;
  onSelect: (span: DaySpan | undefined) => void;
}

/** The next 45 days, each as high as the number of terms that end on it: a press filters by it, Shift makes it a span. */
export function ExpiryStrip({ today, soonUntil, expiries, selected, onSelect }: ExpiryStripProps) {
  const { t } = useTranslation();
  const bars = useRef<HTMLDivElement>(null);
  const [pointed, point] = useState<number>();
  const [stop, setStop] = useState(0);
  const counts = new Map(expiries.map(({ date, count }) => [date, count]));
  const days = Array.from({ length: expiryDays }, (_, index) => addDays(today, index));
  const most = Math.max(1, ...counts.values());
  const told = pointed === undefined ? undefined : days[pointed];

  function select(date: CalendarDate, event: MouseEvent) {
    if (event.shiftKey && selected) {
      const [from, to] = [selected.from, date].toSorted();
      onSelect({ from: from ?? date, to: to ?? date });
      return;
    }
    const isAlone = selected?.from === date && selected.to === date;
    onSelect(isAlone ? undefined : { from: date, to: date });
  }

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -stop, End: expiryDays }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(expiryDays - 1, stop + step));
    setStop(next);
    bars.current?.querySelectorAll('button')[next]?.focus();
  }

  return (
    <section aria-label={t('strip.label')} className="relative border-line border-b pb-1">
      <div
        ref={bars}
        role="toolbar"
        aria-label={t('strip.label')}
        onKeyDown={onKeyDown}
        onMouseLeave={() => point(undefined)}
        className="grid h-[52px] grid-flow-col"
        style={{ gridAutoColumns: 'minmax(0,1fr)' }}
      >
        {days.map((date, index) => {
          const count = counts.get(date) ?? 0;
          const isSelected = selected !== undefined && selected.from <= date && date <= selected.to;
          return (
            <button
              key={date}
              type="button"
              tabIndex={index === stop ? 0 : -1}
              aria-pressed={isSelected}
              aria-label={t('strip.day', { count, date: longDate(date) })}
              onClick={(event) => select(date, event)}
              onFocus={() => {
                setStop(index);
                point(index);
              }}
              onBlur={() => point(undefined)}
              onMouseEnter={() => point(index)}
              className="group relative flex items-end px-[2px] hover:bg-sunken aria-pressed:bg-accent-wash focus-visible:z-1 focus-visible:-outline-offset-2 touch:px-px"
            >
              <span
                data-bar
                style={{ height: count === 0 ? 2 : `${heightOf(count, most)}%` }}
                className={`block w-full rounded-t-[2px] ${fillOf(count, isSelected, date <= soonUntil)}`}
              />
            </button>
          );
        })}
      </div>
      <div aria-hidden className="relative mt-1 h-4 text-[0.75rem] text-ink-3 leading-4">
        {labelled(days).map((index) => (
          <span
            key={index}
            translate="no"
            className="tnum absolute top-0 whitespace-nowrap"
            style={{ left: `${(index / expiryDays) * 100}%` }}
          >
            {shortDate(days[index] ?? today)}
          </span>
        ))}
        {told && pointed !== undefined ? (
          <span
            className="tnum absolute -top-0.5 z-1 rounded-tag bg-ink px-1.5 py-0.5 whitespace-nowrap text-canvas"
            style={
              pointed < expiryDays / 2
                ? { left: `${(pointed / expiryDays) * 100}%` }
                : { right: `${(1 - (pointed + 1) / expiryDays) * 100}%` }
            }
          >
            {t('strip.day', { count: counts.get(told) ?? 0, date: shortDate(told) })}
          </span>
        ) : null}
      </div>
    </section>
  );
}

/** By the root, so that one great day leaves the others something to be seen by. */
const heightOf = (count: number, most: number) => Math.max(8, Math.sqrt(count / most) * 92);

function fillOf(count: number, isSelected: boolean, isSoon: boolean): string {
  if (count === 0) return 'bg-line';
  if (isSelected) return 'bg-accent';
  return isSoon ? 'bg-soon-fill' : 'runway-fill';
}

/** Today, and the first of each month where there is room for its name. */
function labelled(days: readonly CalendarDate[]): number[] {
  const firsts = days.flatMap((date, index) =>
    date.endsWith('-01') && index > 4 && daysBetween(date, days.at(-1) ?? date) > 2 ? [index] : [],
  );
  return [0, ...firsts];
}
