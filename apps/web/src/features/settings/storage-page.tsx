import '#lib/settings-words.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { queryClient } from '#lib/query-client.ts';
import { FormPart } from './form-part.tsx';
import { NumberField } from './number-field.tsx';
import { storageSection } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SectionTest } from './section-test.tsx';
import { StorageCopies, StorageEncryption, StorageSchedule } from './storage-parts.tsx';
import { useSectionForm } from './use-section-form.ts';

export function loader(): null {
  void queryClient.prefetchQuery(storageSection);
  return null;
}

export function StoragePage() {
  const { t } = useTranslation();
  return (
    <div className="max-w-[640px]">
      <Section
        title={t('settings.storage')}
        text={t('storage.text')}
        aside={<ButtonLink to="/snapshots">{t('storage.toSnapshots')}</ButtonLink>}
      >
        <Panel skeleton={<SkeletonForm fields={10} />}>
          <StorageForm />
        </Panel>
      </Section>
    </div>
  );
}

function StorageForm() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(storageSection);
  const form = useSectionForm('storage', data, t('storage.labels', { returnObjects: true }));
  return (
    <SectionForm form={form}>
      <FormPart title={t('storage.place')}>
        <TextField {...form.optional('folder', t('storage.folderHint'))} mono />
      </FormPart>
      <StorageSchedule form={form} />
      <FormPart title={t('storage.retention')} text={t('storage.retentionText')}>
        <div className="grid grid-cols-3 gap-5 touch:gap-3">
          <NumberField {...form.number('keepDaily')} min={1} max={366} />
          <NumberField {...form.number('keepWeekly')} min={0} max={520} />
          <NumberField {...form.number('keepMonthly')} min={0} max={240} />
        </div>
      </FormPart>
      <StorageEncryption form={form} />
      <StorageCopies form={form} />
      <SectionTest
        text={t('storage.testText')}
        test={form.test}
        labels={form.labels}
        onTest={() => form.begin('test')}
      />
    </SectionForm>
  );
}

export { StoragePage as Component };
