import { addMonths } from '@cmp/shared/calendar';
import { nameKey } from '@cmp/shared/primitives';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Drawer } from '#components/drawer.tsx';
import { Key } from '#components/key.tsx';
import { Notice } from '#components/notice.tsx';
import { SelectField } from '#components/select-field.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { offerUndo } from '#components/undo-toast.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { showRefusal } from '#lib/form-refusal.ts';
import { serviceList } from '#lib/service-list.ts';
import { useSiteClock } from '#lib/term.ts';
import { useSettledText } from '#lib/use-settled-text.ts';
import { fieldsOf, UserFieldValues, valuesOf } from './user-fields.ts';
import { UserFormFields } from './user-form-fields.tsx';
import { createUser, usersNamed } from './users.queries.ts';

interface NewUserDrawerProps {
  /** Where users may be added; one alone is not asked about. */
  servers: readonly { id: number; name: string }[];
  onClose: () => void;
}

/** Adds a user, or one after the other: the next keeps the service and the term of the last. */
export function NewUserDrawer({ servers, onClose }: NewUserDrawerProps) {
  const { t } = useTranslation();
  const { today } = useSiteClock();
  const [serverId, setServerId] = useState(servers[0]?.id ?? 0);
  const { data: services } = useQuery(serviceList);
  const { mutate, isPending } = useMutation(createUser);
  const form = useForm<UserFieldValues>({
    resolver: zodResolver(UserFieldValues),
    defaultValues: { ...emptyValues, expiresOn: addMonths(today, 1) },
  });
  const { errors } = form.formState;
  const isTaken = useIsTaken(serverId, form.watch('accountName'));
  const server = servers.find(({ id }) => id === serverId);

  const add = (after: 'close' | 'another') =>
    form.handleSubmit((values) => {
      if (isPending || isTaken) return;
      mutate(
        { serverId, user: fieldsOf(values) },
        {
          onSuccess: ({ answer, changeId }) => {
            offerUndo(t('users.added', { name: answer.accountName }), changeId);
            if (after === 'close') onClose();
            else {
              form.reset({ ...values, accountName: '', contact: '', remark: '' });
              form.setFocus('accountName');
            }
          },
          onError: (refusal) => showRefusal(form.setError, refusal, refusableFields),
        },
      );
    });

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void add('another')();
  }

  return (
    <Drawer
      label={t('users.addTitle')}
      title={t('users.addTitle')}
      lead={servers.length === 1 ? <span translate="no">{server?.name}</span> : null}
      takesFocus
      onClose={onClose}
    >
      <form
        onSubmit={(event) => void add('close')(event)}
        onKeyDown={onKeyDown}
        noValidate
        className="grid gap-4"
      >
        {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
        {servers.length > 1 ? (
          <SelectField
            label={t('users.server')}
            value={serverId}
            onChange={(event) => setServerId(Number(event.target.value))}
          >
            {servers.map(({ id, name }) => (
              <option key={id} value={id} translate="no">
                {name}
              </option>
            ))}
          </SelectField>
        ) : null}
        <UserFormFields
          form={form}
          services={services?.items ?? []}
          nameError={isTaken ? t('users.nameTaken') : undefined}
        />
        <div className="flex flex-wrap gap-2 border-line border-t pt-4">
          <SubmitButton pending={isPending}>{t('users.addSubmit')}</SubmitButton>
          <WriteButton onClick={() => void add('another')()}>
            {t('users.addAnother')}
            <span className="flex gap-1 touch:hidden">
              <Key>{'Ctrl'}</Key>
              <Key>{'Enter'}</Key>
            </span>
          </WriteButton>
        </div>
      </form>
    </Drawer>
  );
}

const emptyValues = {
  ...valuesOf({
    accountName: '',
    service: null,
    contact: null,
    expiresOn: null,
    totalDevices: null,
    dataLimitGb: null,
    remark: null,
    enabled: true,
  }),
  never: false,
};

const refusableFields = [
  { name: 'accountName', codes: ['name_taken'] },
  { name: 'service' },
  { name: 'contact' },
  { name: 'expiresOn' },
  { name: 'totalDevices' },
  { name: 'dataLimitGb' },
  { name: 'remark' },
] as const;

/** Whether the server has a user of this name, while it is typed. */
function useIsTaken(serverId: number, typed: string): boolean {
  const name = useSettledText(typed.trim());
  const { data: found } = useQuery({ ...usersNamed(serverId, name), enabled: name !== '' });
  const isSame = nameKey(typed) === nameKey(name);
  return isSame && (found?.items ?? []).some((user) => nameKey(user.accountName) === nameKey(name));
}
