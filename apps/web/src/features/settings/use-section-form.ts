import {
  MASK,
  type Section,
  type SectionContract,
  type SettingsSection,
  sections,
} from '@cmp/shared/settings/sections';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  type FieldError,
  type RegisterOptions,
  type UseFormReturn,
  useForm,
} from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import * as z from 'zod';
import { isRefusal, isStale } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { queryClient } from '#lib/query-client.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { inAcceptedWords } from './accepted-words.ts';
import { changeSection, sectionKey, testSection } from './section.queries.ts';
import { changedNames, type Draft, draftOf, tidied } from './section-draft.ts';

export type SectionForm<Name extends string> = ReturnType<typeof useSectionForm<Name>>;

/**
 * The form of any section: what is unsaved, saving and trying it, and the password where a change leads elsewhere.
 * A secret's mask in the draft keeps what is saved.
 */
export function useSectionForm<Name extends string>(
  name: Section,
  saved: SettingsSection,
  labels: Readonly<Record<Name, string>>,
) {
  const { t } = useTranslation();
  const contract: SectionContract = sections[name];
  const save = useMutation(changeSection(name));
  const test = useMutation(testSection(name));
  const [asking, ask] = useState<'save' | 'test'>();
  const form: UseFormReturn<Draft> = useForm<Draft>({
    resolver: resolverOf(contract),
    defaultValues: draftOf(saved, contract),
    values: draftOf(saved, contract),
    resetOptions: { keepDirtyValues: true },
  });
  const { errors } = form.formState;
  const draft = form.watch();
  const changed = changedNames(draft, saved, contract);
  const leadsElsewhere = contract.targets.some((target) => changed.includes(target));

  function begin(what: 'save' | 'test') {
    if (what === 'save' && changed.length === 0) return;
    // A key held down is not many commands.
    if (asking || save.isPending || test.isPending) return;
    void form.handleSubmit(() => {
      save.reset();
      test.reset();
      if (leadsElsewhere) ask(what);
      else send(what, undefined);
    })();
  }

  function send(what: 'save' | 'test', password: string | undefined) {
    const values = tidied(Object.fromEntries(changed.map((field) => [field, draft[field]])));
    const told = { values, ...(password !== undefined && { password }) };
    const onError = (refusal: Error) => {
      // The API knows better what leads elsewhere.
      if (isRefusal(refusal, 'password_wrong')) return ask(what);
      if (password !== undefined && isRefusal(refusal, 'rate_limited')) return;
      ask(undefined);
      if (isStale(refusal) || isRefusal(refusal, 'target_failed')) return;
      if (isRefusal(refusal, 'target_refused') || isRefusal(refusal, 'target_unset')) return;
      showRefusal(form.setError, refusal, fieldNames(contract));
    };
    if (what === 'test') {
      test.mutate(told, { onSuccess: () => ask(undefined), onError });
      return;
    }
    save.mutate(
      { version: saved.version, ...told },
      {
        onSuccess: (answer) => {
          queryClient.setQueryData(sectionKey(name), answer);
          form.reset(draftOf(answer, contract), { keepDirtyValues: false });
          ask(undefined);
          toast(t('settings.saved'));
        },
        onError,
      },
    );
  }
  useSaveKey(() => begin('save'));

  function field(of: Name, hint: string | undefined) {
    const variable = saved.environment[of];
    return {
      label: labels[of],
      hint: variable === undefined ? hint : t('settings.setBy', { variable }),
      error: errorOf(of),
      disabled: variable !== undefined,
    };
  }

  function errorOf(of: Name): string | undefined {
    const found = firstError(errors[of]);
    return found && inAcceptedWords(of, found, draft[of]);
  }

  const register = (of: string, options?: RegisterOptions<Draft>) => form.register(of, options);
  const put = (of: string, value: unknown) =>
    form.setValue(of, value, { shouldDirty: true, shouldValidate: errors[of] !== undefined });

  return {
    name,
    saved,
    labels,
    draft,
    changed,
    save,
    test,
    asking,
    stopAsking: () => {
      save.reset();
      test.reset();
      ask(undefined);
    },
    givePassword: (password: string) => asking && send(asking, password),
    begin,
    put: (of: Name, value: unknown) => put(of, value),
    errorOf,
    refusal: errors.root?.refusal?.message,
    isLocked: (of: Name) => saved.environment[of] !== undefined,
    variableOf: (of: Name) => saved.environment[of],
    discard: () => {
      save.reset();
      form.reset(draftOf(saved, contract), { keepDirtyValues: false });
    },
    /** What stands in the field is the value. */
    text: (of: Name, hint?: string) => ({ ...register(of), ...field(of, hint) }),
    /** The same, where nothing typed is no value. */
    optional: (of: Name, hint?: string) => ({
      ...register(of, orNull),
      ...field(of, hint),
    }),
    number: (of: Name, hint?: string) => ({
      ...register(of, { valueAsNumber: true }),
      ...field(of, hint),
    }),
    optionalNumber: (of: Name, hint?: string) => ({
      ...register(of, numberOrNull),
      ...field(of, hint),
    }),
    tick: (of: Name, hint?: string) => {
      const { label, disabled, hint: told } = field(of, hint);
      return { ...register(of), label, disabled, ...(told !== undefined && { hint: told }) };
    },
  };
}

const orNull: RegisterOptions<Draft> = {
  setValueAs: (typed: unknown) => (typed === '' || typed === undefined ? null : typed),
};

const numberOrNull: RegisterOptions<Draft> = {
  setValueAs: (typed: unknown) => (typed === '' || typed === null ? null : Number(typed)),
};

const fieldNames = ({ values, secrets }: SectionContract) =>
  [...Object.keys(values.shape), ...secrets].map((name) => ({ name }));

/** The shared contract is asked about the draft as it would be sent. */
function resolverOf({ values, secrets }: SectionContract) {
  const Secret = z.string().max(4096).nullable().default(MASK);
  const schema: z.ZodObject = values.extend(
    Object.fromEntries(secrets.map((secret) => [secret, Secret])),
  );
  const resolve = zodResolver(schema);
  return (draft: Draft, ...rest: [unknown, Parameters<typeof resolve>[2]]) =>
    resolve(tidied(draft), ...rest);
}

/** Of a list the first line's that has one. */
function firstError(error: unknown): FieldError | undefined {
  const found = Array.isArray(error) ? error.find(Boolean) : error;
  return isFieldError(found) ? found : undefined;
}

const isFieldError = (error: unknown): error is FieldError =>
  typeof error === 'object' && error !== null && 'type' in error;
