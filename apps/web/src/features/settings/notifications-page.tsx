import { NotificationChoices, NotificationEvent, shippedChoices } from '@cmp/shared/notifications';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { ChoiceMatrix } from '#components/choice-matrix.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { eventsOf } from '#lib/notification-words.ts';
import { queryClient } from '#lib/query-client.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { ChoicesField } from './choices-field.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { FormPart } from './form-part.tsx';
import { SecretField } from './secret-field.tsx';
import { notificationsSection } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SectionTest } from './section-test.tsx';
import { useSectionForm } from './use-section-form.ts';

export async function loader(): Promise<null> {
  void queryClient.prefetchQuery(notificationsSection);
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

export function NotificationsPage() {
  const { t } = useTranslation();
  return (
    <div className="grid gap-10">
      <Section title={t('settings.notifications')} text={t('notifications.siteText')}>
        <Panel skeleton={<SkeletonForm fields={10} />}>
          <NotificationsForm />
        </Panel>
      </Section>
      <DeliveryLog />
    </div>
  );
}

function NotificationsForm() {
  const { t } = useTranslation();
  const zone = useSiteZone() ?? '';
  const { data } = useSuspenseQuery(notificationsSection);
  const labels = t('notifications.labels', { returnObjects: true });
  const form = useSectionForm('notifications', data, labels);
  const defaults = NotificationChoices.safeParse(form.draft.defaults).data ?? {};
  const quietHint = t('notifications.siteQuietHint', { zone });
  return (
    <SectionForm form={form}>
      <FormPart title={t('notifications.siteDefaults')}>
        <ChoiceMatrix
          label={labels.defaults}
          events={eventsOf('admin')}
          choices={defaults}
          defaults={shippedChoices}
          onChange={(choices) => form.put('defaults', choices)}
        />
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField {...form.optional('quietFrom', quietHint)} type="time" />
          <TextField {...form.optional('quietUntil')} type="time" />
        </div>
      </FormPart>
      <FormPart title={t('notifications.webhook')} text={t('notifications.webhookText')}>
        <CheckField {...form.tick('webhookEnabled')} />
        <TextField {...form.optional('webhookUrl', t('notifications.webhookUrlHint'))} mono />
        <SecretField form={form} name="webhookSecret" hint={t('notifications.webhookSecretHint')} />
        <ChoicesField
          form={form}
          name="webhookEvents"
          columnWidth="15rem"
          options={NotificationEvent.options.map((value) => ({
            value,
            text: t(`notifications.event.${value}`),
          }))}
        />
        <CheckField {...form.tick('allowPrivateAddresses', t('settings.privateHint'))} />
      </FormPart>
      <SectionTest
        text={t('notifications.webhookTestText')}
        test={form.test}
        labels={form.labels}
        onTest={() => form.begin('test')}
      />
    </SectionForm>
  );
}

export { NotificationsPage as Component };
