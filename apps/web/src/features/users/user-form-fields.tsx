import type { Service } from '@cmp/shared/services';
import type { UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { DateInput } from '#components/date-input.tsx';
import { Field, inputShape } from '#components/field.tsx';
import { SelectField } from '#components/select-field.tsx';
import { TextField } from '#components/text-field.tsx';
import { defaultsOf, type UserFieldValues } from './user-fields.ts';

interface UserFormFieldsProps {
  form: UseFormReturn<UserFieldValues>;
  services: readonly Service[];
  /** Said under the name while it is typed. */
  nameError?: string | undefined;
}

/** The fields that adding and editing share. */
export function UserFormFields({ form, services, nameError }: UserFormFieldsProps) {
  const { t } = useTranslation();
  const { register, formState, watch, setValue } = form;
  const { errors } = formState;
  const { never, unlimitedDevices, unlimitedData, service: chosen } = watch();
  const names = services.map(({ name }) => name);

  function fillFrom(name: string) {
    const service = services.find((one) => one.name === name);
    if (!service) return;
    const { unlimitedDevices, totalDevices, unlimitedData, dataLimitGb } = defaultsOf(service);
    const dirty = { shouldDirty: true, shouldValidate: true };
    if (unlimitedDevices !== undefined) setValue('unlimitedDevices', unlimitedDevices, dirty);
    if (totalDevices !== undefined) setValue('totalDevices', totalDevices, dirty);
    if (unlimitedData !== undefined) setValue('unlimitedData', unlimitedData, dirty);
    if (dataLimitGb !== undefined) setValue('dataLimitGb', dataLimitGb, dirty);
  }

  return (
    <div className="grid gap-4">
      <TextField
        {...register('accountName')}
        label={t('users.accountName')}
        error={errors.accountName?.message ?? nameError}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <div className="grid grid-cols-2 items-start gap-4">
        <SelectField
          {...register('service', { onChange: (event) => fillFrom(event.target.value) })}
          // The services may come after the form: a select left to itself would fall back to none.
          value={chosen}
          label={t('users.service')}
          error={errors.service?.message}
        >
          <option value="">{t('users.serviceNone')}</option>
          {names.map((name) => (
            <option key={name} translate="no">
              {name}
            </option>
          ))}
          {chosen && !names.includes(chosen) ? <option translate="no">{chosen}</option> : null}
        </SelectField>
        <TextField
          {...register('contact')}
          label={t('users.contact')}
          error={errors.contact?.message}
          autoComplete="off"
        />
      </div>
      <Limited
        label={t('users.expiresOn')}
        error={errors.expiresOn?.message}
        box={<CheckField {...register('never')} label={t('users.never')} />}
      >
        {(ids) => (
          <DateInput
            {...ids}
            {...register('expiresOn')}
            label={t('users.expiresOn')}
            disabled={never}
          />
        )}
      </Limited>
      <div className="grid grid-cols-2 items-start gap-4">
        <Limited
          label={t('users.devices')}
          error={errors.totalDevices?.message}
          box={<CheckField {...register('unlimitedDevices')} label={t('users.unlimited')} />}
          stacked
        >
          {(ids) => (
            <input
              {...ids}
              {...register('totalDevices')}
              inputMode="numeric"
              readOnly={unlimitedDevices}
              className={`${inputShape} tnum ${unlimitedDevices ? 'text-ink-3!' : ''}`}
            />
          )}
        </Limited>
        <Limited
          label={t('users.dataLimit')}
          error={errors.dataLimitGb?.message}
          box={<CheckField {...register('unlimitedData')} label={t('users.unlimited')} />}
          stacked
        >
          {(ids) => (
            <input
              {...ids}
              {...register('dataLimitGb')}
              inputMode="decimal"
              readOnly={unlimitedData}
              className={`${inputShape} tnum ${unlimitedData ? 'text-ink-3!' : ''}`}
            />
          )}
        </Limited>
      </div>
      <Field label={t('users.remark')} error={errors.remark?.message}>
        {(ids) => (
          <input {...ids} {...register('remark')} className={inputShape} autoComplete="off" />
        )}
      </Field>
      <CheckField
        {...register('enabled')}
        label={t('users.enabledField')}
        hint={t('users.enabledHint')}
      />
    </div>
  );
}

interface LimitedProps {
  label: string;
  error: string | undefined;
  box: React.ReactNode;
  stacked?: boolean;
  children: (ids: Parameters<Parameters<typeof Field>[0]['children']>[0]) => React.ReactNode;
}

/** A value, and the box that says there is no limit to it. */
function Limited({ label, error, box, stacked, children }: LimitedProps) {
  return (
    <div className={stacked ? 'grid gap-2' : 'grid grid-cols-2 items-end gap-4'}>
      <Field label={label} error={error}>
        {children}
      </Field>
      <div className={stacked ? '' : 'flex h-control items-center'}>{box}</div>
    </div>
  );
}
