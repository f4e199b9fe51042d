import '#lib/settings-words.ts';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonForm, SkeletonRows } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { hostState } from '#lib/host.ts';
import { queryClient } from '#lib/query-client.ts';
import { CertificateFacts } from './certificate-facts.tsx';
import { CertificateRenewal } from './certificate-renewal.tsx';
import { FormPart } from './form-part.tsx';
import { NumberField } from './number-field.tsx';
import { certificateSection, certificateStanding } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SectionTest } from './section-test.tsx';
import { TestFailure } from './test-failure.tsx';
import { useSectionForm } from './use-section-form.ts';

export function loader(): null {
  void queryClient.prefetchQuery(certificateSection);
  void queryClient.prefetchQuery(hostState);
  return null;
}

export function CertificatePage() {
  const { t } = useTranslation();
  return (
    <div className="grid gap-10">
      <Section title={t('settings.certificate')} text={t('certificate.text')}>
        <Panel skeleton={<SkeletonForm fields={2} />}>
          <Standing />
        </Panel>
      </Section>
      <CertificateRenewal />
      <Section title={t('certificate.watch')}>
        <Panel skeleton={<SkeletonForm fields={4} />}>
          <CertificateForm />
        </Panel>
      </Section>
    </div>
  );
}

/** What the saved domain's server shows now. */
function Standing() {
  const { t } = useTranslation();
  const { data: section } = useSuspenseQuery(certificateSection);
  const { domain, warnDays } = section.values;
  const { data, error } = useQuery(certificateStanding(section.values));
  if (domain === null)
    return (
      <div className="max-w-[640px]">
        <EmptyNote text={t('certificate.none')} />
      </div>
    );
  if (error)
    return <TestFailure error={error} labels={t('certificate.labels', { returnObjects: true })} />;
  if (data?.section !== 'certificate') return <SkeletonRows rows={4} columns={['w-24', 'w-64']} />;
  return <CertificateFacts shown={data} warnDays={warnDays} />;
}

function CertificateForm() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(certificateSection);
  const labels = t('certificate.labels', { returnObjects: true });
  const form = useSectionForm('certificate', data, labels);
  const unit = t('certificate.daysLeft');
  const tried = form.test.data;
  return (
    <SectionForm form={form}>
      <div className="grid gap-5 sm:grid-cols-[1fr_8rem]">
        <TextField {...form.optional('domain')} mono />
        <NumberField {...form.number('port')} min={1} max={65_535} />
      </div>
      <CheckField {...form.tick('allowPrivateAddresses', t('settings.privateHint'))} />
      <FormPart title={t('certificate.thresholds')} text={t('certificate.thresholdsText')}>
        <div className="grid gap-5 sm:grid-cols-2">
          <NumberField {...form.number('warnDays')} unit={unit} min={1} max={365} />
          <NumberField {...form.number('criticalDays')} unit={unit} min={0} max={365} />
        </div>
      </FormPart>
      <SectionTest
        text={t('certificate.testText')}
        test={form.test}
        labels={form.labels}
        onTest={() => form.begin('test')}
      >
        {tried?.section === 'certificate' ? (
          <CertificateFacts shown={tried} warnDays={data.values.warnDays} />
        ) : null}
      </SectionTest>
    </SectionForm>
  );
}

export { CertificatePage as Component };
