import { User } from '@cmp/shared/users';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { Notice } from '#components/notice.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { theirsIn } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { serviceList } from '#lib/service-list.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { ConflictChoice } from './conflict-choice.tsx';
import { changedFields, mergeEdits } from './merge-edits.ts';
import { type FieldName, fieldsOf, UserFieldValues, valuesOf } from './user-fields.ts';
import { UserFormFields } from './user-form-fields.tsx';
import { changeUser, userById } from './users.queries.ts';

/** What was typed and not saved, by user: closing the drawer loses none of it. */
const drafts = new Map<number, { base: User; values: UserFieldValues }>();

interface Conflict {
  theirs: User;
  fields: FieldName[];
}

/** One save, one change. Where another saved first, both versions are brought together. */
export function UserEditForm({ user }: { user: User }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data: services } = useQuery(serviceList);
  const { mutate, isPending } = useMutation(changeUser);
  const [base, setBase] = useState(() => drafts.get(user.id)?.base ?? user);
  const [conflict, setConflict] = useState<Conflict>();
  const form = useForm<UserFieldValues>({
    resolver: zodResolver(UserFieldValues),
    defaultValues: valuesOf(base),
  });
  const lastField = useRef<HTMLElement>(null);
  const { errors } = form.formState;
  const values = form.watch();
  const changes = Object.keys(changedFields(base, fieldsOf(values))).length;
  useDraft(user.id, base, changes > 0 ? values : undefined, (kept) => form.reset(kept));

  // Nothing is being edited: what others do to the row is simply shown.
  if (user.version !== base.version && changes === 0 && !conflict) startFrom(user);

  function startFrom(next: User) {
    setBase(next);
    form.reset(valuesOf(next));
  }

  const submit = form.handleSubmit((typed) => {
    const change = changedFields(base, fieldsOf(typed));
    if (isPending || Object.keys(change).length === 0) return;
    mutate(
      { id: user.id, change: { version: base.version, ...change } },
      {
        onSuccess: ({ answer, changeId }) => {
          setConflict(undefined);
          queries.setQueryData(userById(user.id).queryKey, answer);
          startFrom(answer);
          lastField.current?.focus();
          offerUndo(t('users.saved', { name: answer.accountName }), changeId);
        },
        onError: (refusal) => {
          const theirs = theirsIn(refusal, User);
          if (theirs) bringTogether(theirs, typed);
          else showRefusal(form.setError, refusal, refusableFields);
        },
      },
    );
  });

  function bringTogether(theirs: User, typed: UserFieldValues) {
    const { fields, conflicts } = mergeEdits(base, theirs, fieldsOf(typed));
    setBase(theirs);
    setConflict({ theirs, fields: conflicts });
    form.reset({ ...typed, ...valuesOf(fields) });
  }

  useSaveKey(() => void submit());

  return (
    <form
      onSubmit={(event) => void submit(event)}
      // The buttons go once nothing is unsaved; the focus then returns to what was being filled in.
      onFocus={({ target }) => {
        if (target.matches('input, select, textarea')) lastField.current = target;
      }}
      noValidate
      className="grid gap-4"
    >
      <h3 className="border-line border-t pt-4 text-[0.9375rem] font-semibold">
        {t('users.details')}
      </h3>
      {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
      {conflict ? (
        <ConflictChoice
          theirs={conflict.theirs}
          mine={fieldsOf(values)}
          fields={conflict.fields}
          onTake={(field, fields) => {
            const wanted = valuesOf({ ...fieldsOf(values), [field]: fields[field] });
            form.reset({ ...values, ...wanted }, { keepDefaultValues: true });
          }}
        />
      ) : null}
      <UserFormFields form={form} services={services?.items ?? []} />
      {changes > 0 ? (
        <div className="sticky bottom-0 -mx-6 flex items-center justify-between gap-2 border-line border-t bg-raised px-6 py-3 touch:-mx-4 touch:px-4">
          <span className="text-ink-2">{t('states.unsaved', { count: changes })}</span>
          <span className="flex gap-2">
            <Button
              onClick={() => {
                setConflict(undefined);
                startFrom(conflict?.theirs ?? user);
                lastField.current?.focus();
              }}
            >
              {t('states.discard')}
            </Button>
            <SubmitButton pending={isPending}>{t('users.save')}</SubmitButton>
          </span>
        </div>
      ) : null}
    </form>
  );
}

const refusableFields = [
  { name: 'accountName', codes: ['name_taken'] },
  { name: 'service' },
  { name: 'contact' },
  { name: 'expiresOn' },
  { name: 'totalDevices' },
  { name: 'dataLimitGb' },
  { name: 'remark' },
] as const;

/** Keeps what is unsaved as the form goes, and brings it back as it comes. */
function useDraft(
  userId: number,
  base: User,
  values: UserFieldValues | undefined,
  restore: (values: UserFieldValues) => void,
): void {
  const onCome = useEffectEvent(() => {
    const kept = drafts.get(userId);
    drafts.delete(userId);
    if (kept) restore(kept.values);
  });
  const onGo = useEffectEvent(() => {
    if (values) drafts.set(userId, { base, values });
  });
  useEffect(() => {
    onCome();
    return () => onGo();
  }, []);
}
