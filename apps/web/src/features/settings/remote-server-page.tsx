import '#lib/settings-words.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { CheckField } from '#components/check-field.tsx';
import { CopyValue } from '#components/copy-value.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { queryClient } from '#lib/query-client.ts';
import { FormPart } from './form-part.tsx';
import { HostKeyQuestion } from './host-key-question.tsx';
import { NumberField } from './number-field.tsx';
import { SecretField } from './secret-field.tsx';
import { remoteServerSection } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SectionTest } from './section-test.tsx';
import { useSectionForm } from './use-section-form.ts';

export function loader(): null {
  void queryClient.prefetchQuery(remoteServerSection);
  return null;
}

export function RemoteServerPage() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.remoteServer')} text={t('remoteServer.text')}>
      <Panel skeleton={<SkeletonForm fields={8} />}>
        <RemoteServerForm />
      </Panel>
    </Section>
  );
}

function RemoteServerForm() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(remoteServerSection);
  const labels = t('remoteServer.labels', { returnObjects: true });
  const form = useSectionForm('remote-server', data, labels);
  const { hostKey } = form.draft;
  return (
    <SectionForm form={form}>
      <CheckField {...form.tick('enabled')} />
      <FormPart title={t('remoteServer.place')}>
        <div className="grid gap-5 sm:grid-cols-[1fr_8rem]">
          <TextField {...form.optional('host')} mono />
          <NumberField {...form.number('port')} min={1} max={65_535} />
        </div>
        <TextField {...form.text('folder', t('remoteServer.folderHint'))} mono />
        <CheckField {...form.tick('allowPrivateAddresses', t('settings.privateHint'))} />
      </FormPart>
      <FormPart title={t('remoteServer.signIn')} text={t('remoteServer.signInText')}>
        <TextField {...form.optional('user')} autoComplete="off" />
        <SecretField form={form} name="password" />
        <SecretField
          form={form}
          name="privateKey"
          lines={4}
          hint={t('remoteServer.privateKeyHint')}
        />
        <SecretField form={form} name="passphrase" />
      </FormPart>
      <FormPart title={t('remoteServer.identity')} text={t('remoteServer.identityText')}>
        {typeof hostKey === 'string' ? (
          <div className="flex flex-wrap items-center justify-between gap-2">
            <CopyValue text={hostKey} />
            <Button
              size="row"
              disabled={form.isLocked('hostKey')}
              onClick={() => form.put('hostKey', null)}
            >
              {t('remoteServer.forget')}
            </Button>
          </div>
        ) : (
          <p className="text-ink-2">{t('remoteServer.noKey')}</p>
        )}
      </FormPart>
      <SectionTest
        text={t('remoteServer.testText')}
        test={form.test}
        labels={form.labels}
        onTest={() => form.begin('test')}
      >
        <HostKeyQuestion
          answer={form.test.data}
          error={form.test.error}
          accepted={hostKey}
          onAccept={(key) => form.put('hostKey', key)}
        />
      </SectionTest>
    </SectionForm>
  );
}

export { RemoteServerPage as Component };
