import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '#components/notice.tsx';
import { PasswordDialog } from '#components/password-dialog.tsx';
import { SaveBar } from '#components/save-bar.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { isRefusal, isStale } from '#lib/api-error.ts';
import { explain } from '#lib/explain.ts';
import { inWords } from './section-values.ts';
import type { SectionForm as Form } from './use-section-form.ts';

interface SectionFormProps<Name extends string> {
  form: Form<Name>;
  children: ReactNode;
}

/** What every section's form has around its fields: refusals, the bar of what is unsaved, and the password. */
export function SectionForm<Name extends string>({ form, children }: SectionFormProps<Name>) {
  const { t } = useTranslation();
  const { save, test, asking, saved, draft, changed } = form;
  const asked = asking === 'test' ? test : save;
  const labels: Readonly<Record<string, string>> = form.labels;
  const differences = changed
    .filter((name) => name in saved.values)
    .map((name) => ({
      field: labels[name] ?? name,
      theirs: inWords(saved.values[name]),
      mine: inWords(draft[name]),
    }));

  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          form.begin('save');
        }}
        noValidate
        className="grid max-w-[640px] gap-8"
      >
        {isStale(save.error) && changed.length > 0 ? (
          <StaleNotice
            differences={differences}
            onTheirs={form.discard}
            onMine={() => form.begin('save')}
          />
        ) : null}
        {form.refusal ? <Notice tone="danger">{form.refusal}</Notice> : null}
        {children}
        <SaveBar changes={changed.length} pending={save.isPending} onDiscard={form.discard} />
      </form>
      {asking ? (
        <PasswordDialog
          title={t(asking === 'test' ? 'settings.passwordToTest' : 'settings.passwordToSave')}
          text={t('settings.passwordText')}
          action={t(asking === 'test' ? 'settings.test' : 'states.save')}
          pending={asked.isPending}
          error={passwordFault(asked.error, asked.variables?.password)}
          onGive={form.givePassword}
          onClose={form.stopAsking}
        />
      ) : null}
    </>
  );
}

/** The API also says it of a password that was not given; then nobody was wrong. */
function passwordFault(error: Error | null, given: string | undefined): string | undefined {
  if (given === undefined || !error) return undefined;
  return isRefusal(error, 'password_wrong') || isRefusal(error, 'rate_limited')
    ? explain(error)
    : undefined;
}
