import { Weekday } from '@cmp/shared/settings/fields';
import { StorageSettings, type storageSecrets } from '@cmp/shared/settings/storage';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { RadioList } from '#components/radio-list.tsx';
import { TextField } from '#components/text-field.tsx';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { ChoicesField } from './choices-field.tsx';
import { FormPart } from './form-part.tsx';
import { ListField } from './list-field.tsx';
import { SecretField } from './secret-field.tsx';
import type { SectionForm } from './use-section-form.ts';

interface PartProps {
  form: SectionForm<keyof StorageSettings | (typeof storageSecrets)[number]>;
}

/** When snapshots make themselves, by the site's clock. */
export function StorageSchedule({ form }: PartProps) {
  const { t } = useTranslation();
  const zone = useSiteZone() ?? '';
  return (
    <FormPart title={t('storage.schedule')}>
      <CheckField {...form.tick('scheduleEnabled')} />
      {form.draft.scheduleEnabled === true ? (
        <>
          <div className="sm:max-w-64">
            <TextField
              {...form.text('scheduleTime', t('storage.timeHint', { zone }))}
              maxLength={5}
            />
          </div>
          <ChoicesField
            form={form}
            name="scheduleDays"
            columnWidth="8.5rem"
            options={Weekday.options.map((value) => ({ value, text: t(`storage.day.${value}`) }))}
          />
        </>
      ) : null}
    </FormPart>
  );
}

/** Who can open a snapshot's file. */
export function StorageEncryption({ form }: PartProps) {
  const { t } = useTranslation();
  const kinds = StorageSettings.shape.encryption.unwrap();
  const kind = kinds.safeParse(form.draft.encryption).data ?? 'off';
  return (
    <FormPart title={t('storage.encryption')} text={t('storage.encryptionText')}>
      <RadioList
        label={t('storage.encryption')}
        value={kind}
        options={kinds.options.map((value) => ({
          value,
          text: t(`storage.encryptionOf.${value}`),
          hint: t(`storage.encryptionHint.${value}`),
          disabled: form.isLocked('encryption'),
        }))}
        onChoose={(value) => form.put('encryption', value)}
      />
      {kind === 'passphrase' ? <SecretField form={form} name="passphrase" /> : null}
      {kind === 'recipients' ? (
        <ListField form={form} name="recipients" hint={t('storage.recipientsHint')} />
      ) : null}
    </FormPart>
  );
}

/** Where copies go by S3. */
export function StorageCopies({ form }: PartProps) {
  const { t } = useTranslation();
  return (
    <FormPart title={t('storage.s3')}>
      <CheckField {...form.tick('s3Enabled')} />
      {form.draft.s3Enabled === true ? (
        <>
          <TextField {...form.optional('s3Endpoint', t('storage.endpointHint'))} mono />
          <div className="grid gap-5 sm:grid-cols-2">
            <TextField {...form.optional('s3Bucket')} mono />
            <TextField {...form.text('s3Region')} mono />
            <TextField {...form.text('s3Prefix', t('storage.prefixHint'))} mono />
            <TextField {...form.optional('s3AccessKeyId')} mono autoComplete="off" />
          </div>
          <SecretField form={form} name="s3SecretAccessKey" />
          <CheckField {...form.tick('s3PathStyle', t('storage.pathStyleHint'))} />
          <CheckField {...form.tick('allowPrivateAddresses', t('settings.privateHint'))} />
        </>
      ) : null}
    </FormPart>
  );
}
