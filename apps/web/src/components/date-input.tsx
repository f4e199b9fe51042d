import { CalendarDate } from '@cmp/shared/primitives';
import { CalendarDays } from 'lucide-react';
import { type ComponentProps, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { inputShape } from './field.tsx';

interface DateInputProps extends Omit<ComponentProps<'input'>, 'type' | 'className'> {
  /** The same label as is said of it. */
  label: string;
}

/** A day written as the lists write it, typed or picked. The browser's own field would write it as its machine does. */
export function DateInput({ label, onChange, onBlur, disabled, ref, ...rest }: DateInputProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const picker = useRef<HTMLInputElement>(null);

  /** As if it had been typed, so that a form which listens hears of it. */
  function put(day: string) {
    const { current } = input;
    if (!current || current.value === day) return;
    Reflect.set(HTMLInputElement.prototype, 'value', day, current);
    current.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function openPicker() {
    if (!picker.current || !input.current) return;
    picker.current.value = CalendarDate.safeParse(input.current.value).data ?? '';
    picker.current.showPicker();
  }

  return (
    <span className="relative flex">
      <input
        {...rest}
        ref={(node) => {
          input.current = node;
          if (typeof ref === 'function') ref(node);
        }}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        maxLength={10}
        placeholder={t('states.datePlaceholder')}
        disabled={disabled}
        onChange={onChange}
        onBlur={(event) => {
          put(asWritten(event.target.value));
          onBlur?.(event);
        }}
        className={`${inputShape} tnum pr-9! touch:pr-12!`}
      />
      <button
        type="button"
        disabled={disabled}
        aria-label={t('states.pickDate', { label })}
        onClick={openPicker}
        className="absolute inset-y-px right-px grid w-8 place-items-center rounded-control text-ink-3 hover:enabled:bg-sunken hover:enabled:text-ink disabled:opacity-50 touch:w-11"
      >
        <CalendarDays aria-hidden size={15} />
      </button>
      <input
        ref={picker}
        type="date"
        aria-hidden
        tabIndex={-1}
        onChange={({ target }) => put(target.value)}
        className="pointer-events-none absolute bottom-0 left-0 size-px opacity-0"
      />
    </span>
  );
}

/** 2026/12/2, 2026.12.02 and 20261202 are the same day, written 2026-12-02. */
function asWritten(typed: string): string {
  const [, year, month, day] = /^(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})$/.exec(typed.trim()) ?? [];
  if (!year || !month || !day) return typed.trim();
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
