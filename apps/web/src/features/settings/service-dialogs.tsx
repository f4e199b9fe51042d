import { Service } from '@cmp/shared/services';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '#components/form-dialog.tsx';
import { TextField } from '#components/text-field.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { theirsIn } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { fieldsOf, ServiceFieldValues, valuesOf } from './service-fields.ts';
import { changeService, createService } from './services.queries.ts';

interface NewServiceDialogProps {
  currency: string;
  onClose: () => void;
}

/** Adds a service behind the last one. */
export function NewServiceDialog({ currency, onClose }: NewServiceDialogProps) {
  const { t } = useTranslation();
  const { mutate, isPending } = useMutation(createService);
  const form = useForm<ServiceFieldValues>({
    resolver: zodResolver(ServiceFieldValues),
    defaultValues: valuesOf(undefined),
  });

  const submit = form.handleSubmit((values) => {
    if (isPending) return;
    mutate(fieldsOf(values), {
      onSuccess: ({ answer, changeId }) => {
        offerUndo(t('services.added', { name: answer.name }), changeId);
        onClose();
      },
      onError: (refusal) => showRefusal(form.setError, refusal, refusableFields),
    });
  });

  return (
    <FormDialog
      title={t('services.addTitle')}
      submitText={t('services.add')}
      pending={isPending}
      refusal={form.formState.errors.root?.refusal?.message}
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields form={form} currency={currency} />
    </FormDialog>
  );
}

/** Alters a service; its users keep what they bought. */
export function EditServiceDialog({
  service,
  currency,
  onClose,
}: NewServiceDialogProps & { service: Service }) {
  const { t } = useTranslation();
  const { mutate, isPending } = useMutation(changeService);
  const [theirs, setTheirs] = useState<Service>();
  const { version } = theirs ?? service;
  const form = useForm<ServiceFieldValues>({
    resolver: zodResolver(ServiceFieldValues),
    defaultValues: valuesOf(service),
  });

  const submit = form.handleSubmit((values) => {
    if (isPending) return;
    mutate(
      { id: service.id, change: { version, ...fieldsOf(values) } },
      {
        onSuccess: ({ answer, changeId }) => {
          offerUndo(t('services.saved', { name: answer.name }), changeId);
          onClose();
        },
        onError: (refusal) => {
          const current = theirsIn(refusal, Service);
          if (current) setTheirs(current);
          else showRefusal(form.setError, refusal, refusableFields);
        },
      },
    );
  });

  return (
    <FormDialog
      title={t('services.editTitle', { name: service.name })}
      text={t('services.editText')}
      submitText={t('services.save')}
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
      <Fields form={form} currency={currency} />
    </FormDialog>
  );

  function differences(current: Service, typed: ServiceFieldValues) {
    const now = valuesOf(current);
    return fieldNames
      .filter((name) => now[name] !== typed[name])
      .map((name) => ({ field: t(`services.${name}`), theirs: now[name], mine: typed[name] }));
  }
}

function Fields({ form, currency }: { form: UseFormReturn<ServiceFieldValues>; currency: string }) {
  const { t } = useTranslation();
  const { register, formState } = form;
  const { errors } = formState;
  const numeric = { inputMode: 'decimal', autoComplete: 'off' } as const;
  return (
    <>
      <TextField
        {...register('name')}
        label={t('services.name')}
        error={errors.name?.message}
        autoComplete="off"
      />
      <TextField
        {...register('devices')}
        {...numeric}
        label={t('services.devices')}
        hint={t('services.devicesHint')}
        error={errors.devices?.message}
      />
      <TextField
        {...register('dataLimitGb')}
        {...numeric}
        unit={t('services.gigabytes')}
        label={t('services.dataLimitGb')}
        hint={t('services.dataLimitHint')}
        error={errors.dataLimitGb?.message}
      />
      <TextField
        {...register('price')}
        {...numeric}
        unit={currency}
        label={t('services.price')}
        hint={t('services.priceHint')}
        error={errors.price?.message}
      />
      <TextField
        {...register('aliases')}
        label={t('services.aliases')}
        hint={t('services.aliasesHint')}
        error={errors.aliases?.message}
        autoComplete="off"
      />
    </>
  );
}

const fieldNames = ['name', 'devices', 'dataLimitGb', 'price', 'aliases'] as const;

const refusableFields = [
  { name: 'name', codes: ['name_taken'] },
  { name: 'devices' },
  { name: 'dataLimitGb' },
  { name: 'price', path: 'priceCents' },
  { name: 'aliases' },
] as const;
