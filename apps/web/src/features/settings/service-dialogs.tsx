import type { Service } from '@cmp/shared/services';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { Notice } from '#components/notice.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { TextField } from '#components/text-field.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { isStale } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { currentServiceIn, fieldsOf, ServiceFieldValues, valuesOf } from './service-fields.ts';
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
    <Dialog open title={t('services.addTitle')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} noValidate className="mt-4 grid gap-4">
        <Fields form={form} currency={currency} />
        <Actions pending={isPending} text={t('services.add')} onClose={onClose} />
      </form>
    </Dialog>
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
          if (isStale(refusal)) setTheirs(currentServiceIn(refusal));
          else showRefusal(form.setError, refusal, refusableFields);
        },
      },
    );
  });

  return (
    <Dialog
      open
      title={t('services.editTitle', { name: service.name })}
      text={t('services.editText')}
      onClose={onClose}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="mt-4 grid gap-4">
        {theirs ? (
          <StaleNotice
            differences={differences(theirs, form.getValues())}
            onTheirs={() => form.reset(valuesOf(theirs))}
            onMine={() => void submit()}
          />
        ) : null}
        <Fields form={form} currency={currency} />
        <Actions pending={isPending} text={t('services.save')} onClose={onClose} />
      </form>
    </Dialog>
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
      {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
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

function Actions(props: { pending: boolean; text: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <DialogActions>
      <Button onClick={props.onClose}>{t('states.cancel')}</Button>
      <SubmitButton pending={props.pending}>{props.text}</SubmitButton>
    </DialogActions>
  );
}

const fieldNames = ['name', 'devices', 'dataLimitGb', 'price', 'aliases'] as const;

const refusableFields = [
  { name: 'name', codes: ['name_taken'] },
  { name: 'devices' },
  { name: 'dataLimitGb' },
  { name: 'aliases' },
] as const;
