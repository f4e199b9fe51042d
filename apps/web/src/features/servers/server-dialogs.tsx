import { Server } from '@cmp/shared/servers';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { FormDialog } from '#components/form-dialog.tsx';
import { TextField } from '#components/text-field.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { theirsIn } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { fieldsOf, ServerFieldValues, valuesOf } from './server-fields.ts';
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
    <FormDialog
      title={t('servers.addTitle')}
      submitText={t('servers.add')}
      pending={isPending}
      refusal={form.formState.errors.root?.refusal?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields form={form} />
    </FormDialog>
  );
}

/** Alters what was said of a server. */
export function EditServerDialog({ server, onClose }: { server: Server; onClose: () => void }) {
  const { t } = useTranslation();
  const { mutate, isPending } = useMutation(changeServer);
  const [theirs, setTheirs] = useState<Server>();
  const { version } = theirs ?? server;
  const form = useForm<ServerFieldValues>({
    resolver: zodResolver(ServerFieldValues),
    defaultValues: valuesOf(server),
  });

  const submit = form.handleSubmit((values) => {
    if (isPending) return;
    mutate(
      { id: server.id, change: { version, ...fieldsOf(values) } },
      {
        onSuccess: ({ answer, changeId }) => {
          offerUndo(t('servers.saved', { name: answer.name }), changeId);
          onClose();
        },
        onError: (refusal) => {
          const current = theirsIn(refusal, Server);
          if (current) setTheirs(current);
          else showRefusal(form.setError, refusal, refusableFields);
        },
      },
    );
  });

  return (
    <FormDialog
      title={t('servers.editTitle', { name: server.name })}
      submitText={t('servers.save')}
      pending={isPending}
      refusal={form.formState.errors.root?.refusal?.message}
      stale={
        theirs && {
          differences: differences(theirs, form.getValues()),
          onTheirs: () => form.reset(valuesOf(theirs)),
          onMine: () => void submit(),
        }
      }
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields form={form} />
    </FormDialog>
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

const fieldNames = ['name', 'ipAddress', 'domainName', 'owner', 'serviceType', 'note'] as const;

const refusableFields = [
  { name: 'name', codes: ['name_taken'] },
  { name: 'ipAddress' },
  { name: 'domainName' },
  { name: 'owner' },
  { name: 'serviceType' },
  { name: 'note' },
] as const;
