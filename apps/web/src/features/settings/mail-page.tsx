import '#lib/settings-words.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SelectField } from '#components/select-field.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { queryClient } from '#lib/query-client.ts';
import { FormPart } from './form-part.tsx';
import { NumberField } from './number-field.tsx';
import { SecretField } from './secret-field.tsx';
import { mailSection } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SectionTest } from './section-test.tsx';
import { useSectionForm } from './use-section-form.ts';

export function loader(): null {
  void queryClient.prefetchQuery(mailSection);
  return null;
}

export function MailPage() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.mail')} text={t('mail.text')}>
      <Panel skeleton={<SkeletonForm fields={7} />}>
        <MailForm />
      </Panel>
    </Section>
  );
}

function MailForm() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(mailSection);
  const form = useSectionForm('mail', data, t('mail.labels', { returnObjects: true }));
  return (
    <SectionForm form={form}>
      <CheckField {...form.tick('enabled')} />
      <FormPart title={t('mail.server')}>
        <div className="grid gap-5 sm:grid-cols-[1fr_8rem]">
          <TextField {...form.optional('host')} mono />
          <NumberField {...form.number('port')} min={1} max={65_535} />
        </div>
        <SelectField {...form.text('security')}>
          <option value="starttls">{t('mail.securityOf.starttls')}</option>
          <option value="tls">{t('mail.securityOf.tls')}</option>
          <option value="none">{t('mail.securityOf.none')}</option>
        </SelectField>
        <TextField {...form.optional('from', t('mail.fromHint'))} type="email" />
        <CheckField {...form.tick('allowPrivateAddresses', t('settings.privateHint'))} />
      </FormPart>
      <FormPart title={t('mail.signIn')} text={t('mail.signInText')}>
        <TextField {...form.optional('user')} autoComplete="off" />
        <SecretField form={form} name="password" />
      </FormPart>
      <SectionTest
        text={t('mail.testText')}
        test={form.test}
        labels={form.labels}
        onTest={() => form.begin('test')}
      />
    </SectionForm>
  );
}

export { MailPage as Component };
