import { MASK } from '@cmp/shared/settings/sections';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { Field, inputShape } from '#components/field.tsx';
import { RevealDialog } from './reveal-dialog.tsx';
import type { SectionForm } from './use-section-form.ts';

interface SecretFieldProps<Name extends string> {
  form: SectionForm<Name>;
  name: Name;
  hint?: string;
  /** A key is several lines. */
  lines?: number;
}

/** A secret is never sent back: it is told whether it is set, replaced, cleared, or shown for the password. */
export function SecretField<Name extends string>(props: SecretFieldProps<Name>) {
  const { form, name } = props;
  const value = form.draft[name];
  const state = form.saved.secrets[name];
  if (form.isLocked(name) || value === null || (value === MASK && state?.set))
    return <KeptSecret {...props} />;
  return <NewSecret {...props} />;
}

/** What is saved, and what can be done with it. */
function KeptSecret<Name extends string>({ form, name, hint }: SecretFieldProps<Name>) {
  const { t } = useTranslation();
  const [isShowing, show] = useState(false);
  const label = form.labels[name];
  const state = form.saved.secrets[name];
  const variable = form.variableOf(name);
  const isCleared = form.draft[name] === null;

  function standing() {
    if (isCleared) return t('settings.secretCleared');
    if (!state?.set) return t('settings.secretUnset');
    return state.lastFour === null
      ? t('settings.secretSet')
      : t('settings.secretEnds', { lastFour: state.lastFour });
  }

  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 font-[550]">{label}</legend>
      <div className="flex min-h-control flex-wrap items-center justify-between gap-x-4 gap-y-1 rounded-control border border-line bg-sunken py-1 pr-1 pl-2.5 touch:py-1.5 touch:pl-3">
        <p className="text-ink-2">{standing()}</p>
        {variable === undefined ? (
          <div className="flex flex-wrap gap-1">
            {isCleared ? (
              <Button tone="quiet" size="row" onClick={() => form.put(name, MASK)}>
                {t('settings.keep')}
              </Button>
            ) : (
              <>
                <Button
                  tone="quiet"
                  size="row"
                  aria-label={t('settings.replaceNamed', { name: label })}
                  onClick={() => form.put(name, '')}
                >
                  {t('settings.replace')}
                </Button>
                <Button
                  tone="quiet"
                  size="row"
                  aria-label={t('settings.clearNamed', { name: label })}
                  onClick={() => form.put(name, null)}
                >
                  {t('settings.clear')}
                </Button>
                <Button
                  tone="quiet"
                  size="row"
                  aria-label={t('settings.revealNamed', { name: label })}
                  onClick={() => show(true)}
                >
                  {t('settings.reveal')}
                </Button>
              </>
            )}
          </div>
        ) : null}
      </div>
      {variable !== undefined || hint ? (
        <p className="text-label font-normal text-ink-3">
          {variable === undefined ? hint : t('settings.setBy', { variable })}
        </p>
      ) : null}
      {isShowing ? (
        <RevealDialog section={form.name} secret={name} label={label} onClose={() => show(false)} />
      ) : null}
    </fieldset>
  );
}

function NewSecret<Name extends string>({ form, name, hint, lines }: SecretFieldProps<Name>) {
  const { t } = useTranslation();
  const value = form.draft[name];
  const isReplacing = form.saved.secrets[name]?.set ?? false;
  const inputRef = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isReplacing) inputRef.current?.focus();
  }, [isReplacing]);
  const input = {
    ref: inputRef,
    value: typeof value === 'string' && value !== MASK ? value : '',
    autoComplete: 'off',
    spellCheck: false,
    onChange: ({ target }: { target: { value: string } }) => form.put(name, target.value),
  };

  return (
    <Field
      label={form.labels[name]}
      hint={hint}
      error={form.errorOf(name)}
      aside={
        isReplacing ? (
          <button
            type="button"
            className="-my-1 rounded-tag px-1 py-1 text-accent-ink text-label hover:underline"
            onClick={() => form.put(name, MASK)}
          >
            {t('settings.keep')}
          </button>
        ) : undefined
      }
    >
      {(ids) =>
        lines === undefined ? (
          <input {...ids} {...input} type="password" className={inputShape} />
        ) : (
          <textarea
            {...ids}
            {...input}
            rows={lines}
            className={`${inputShape} h-auto! py-2 font-mono text-[0.8125rem]`}
          />
        )
      }
    </Field>
  );
}
