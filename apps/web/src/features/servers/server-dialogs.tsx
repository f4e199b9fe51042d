import type { Server } from '@cmp/shared/servers';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Button } from '#components/button.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { Notice } from '#components/notice.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { TextField } from '#components/text-field.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { isStale } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { currentServerIn, fieldsOf, ServerFieldValues, valuesOf } from './server-fields.ts';
import { changeServer, createServer } from './servers.queries.ts';

/** Adds a server behind the last one, and goes to it. */
export function NewServerDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation(createServer);
  const form = useForm<ServerFieldValues>({
    resolver: zodResolver(ServerFieldValues),
    defaultValues: valuesOf(undefined),
  });

  const submit = form.handleSubmit((values) => {
    if (isPending) return;
    mutate(fieldsOf(values), {
      onSuccess: ({ answer, changeId }) => {
        offerUndo(t('servers.added', { name: answer.name }), changeId);
        onClose();
        void navigate(`/servers/${answer.id}`);
      },
      onError: (refusal) => showRefusal(form.setError, refusal, refusableFields),
    });
  });

  return (
    <Dialog open title={t('servers.addTitle')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate className="mt-4 grid gap-4">
        <Fields form={form} />
        <Actions pending={isPending} text={t('servers.add')} onClose={onClose} />
      </form>
    </Dialog>
  );
}

/** Alters what was said of a server. */
export function EditServerDialog({ server, onClose }: { server: Server; onClose: () => void }) {
  const { t } = useTranslation();
  const { mutate, isPending } = useMutation(changeServer);
  const [theirs, setTheirs] = useState<Server>();
  const base = theirs ?? server;
  const form = useForm<ServerFieldValues>({
    resolver: zodResolver(ServerFieldValues),
    defaultValues: valuesOf(server),
  });

  const submit = form.handleSubmit((values) => {
    if (isPending) return;
    const { version } = base;
    mutate(
      { id: server.id, change: { version, ...fieldsOf(values) } },
      {
        onSuccess: ({ answer, changeId }) => {
          offerUndo(t('servers.saved', { name: answer.name }), changeId);
          onClose();
        },
        onError: (refusal) => {
          if (isStale(refusal)) setTheirs(currentServerIn(refusal));
          else showRefusal(form.setError, refusal, refusableFields);
        },
      },
    );
  });

  return (
    <Dialog open title={t('servers.editTitle', { name: server.name })} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate className="mt-4 grid gap-4">
        {theirs ? (
          <StaleNotice
            differences={differences(theirs, form.getValues())}
            onTheirs={() => form.reset(valuesOf(theirs))}
            onMine={() => void submit()}
          />
        ) : null}
        <Fields form={form} />
        <Actions pending={isPending} text={t('servers.save')} onClose={onClose} />
      </form>
    </Dialog>
  );

  function differences(current: Server, typed: ServerFieldValues) {
    const now = valuesOf(current);
    return fieldNames
      .filter((name) => now[name] !== typed[name])
      .map((name) => ({ field: t(`servers.${name}`), theirs: now[name], mine: typed[name] }));
  }
}

function Fields({ form }: { form: UseFormReturn<ServerFieldValues> }) {
  const { t } = useTranslation();
  const { register, formState } = form;
  const { errors } = formState;
  return (
    <>
      {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
      {fieldNames.map((name) => (
        <TextField
          key={name}
          {...register(name)}
          label={t(`servers.${name}`)}
          error={errors[name]?.message}
          mono={name === 'ipAddress' || name === 'domainName'}
          autoComplete="off"
        />
      ))}
    </>
  );
}

function Actions(props: { pending: boolean; text: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <DialogActions>
      <Button onClick={props.onClose}>{t('states.cancel')}</Button>
      <SubmitButton pending={props.pending}>{props.text}</SubmitButton>
    </DialogActions>
  );
}

const fieldNames = ['name', 'ipAddress', 'domainName', 'owner', 'serviceType', 'note'] as const;

const refusableFields = [
  { name: 'name', codes: ['name_taken'] },
  { name: 'ipAddress' },
  { name: 'domainName' },
  { name: 'owner' },
  { name: 'serviceType' },
  { name: 'note' },
] as const;
