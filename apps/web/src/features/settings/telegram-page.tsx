import '#lib/settings-words.ts';
import { NotificationEvent } from '@cmp/shared/notifications';
import { Weekday } from '@cmp/shared/settings/fields';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SelectField } from '#components/select-field.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { queryClient } from '#lib/query-client.ts';
import { systemState } from '#lib/system.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { BotHealth } from './bot-health.tsx';
import { ChoicesField } from './choices-field.tsx';
import { FormPart } from './form-part.tsx';
import { ListField } from './list-field.tsx';
import { SecretField } from './secret-field.tsx';
import { telegramSection } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SectionTest } from './section-test.tsx';
import { useSectionForm } from './use-section-form.ts';

export function loader(): null {
  void queryClient.prefetchQuery(systemState);
  void queryClient.prefetchQuery(telegramSection);
  return null;
}

export function TelegramPage() {
  const { t } = useTranslation();
  return (
    <div className="grid gap-10">
      <Section title={t('settings.telegram')} text={t('telegram.text')}>
        <BotHealth />
      </Section>
      <Section title={t('telegram.setUp')}>
        <Panel skeleton={<SkeletonForm fields={8} />}>
          <TelegramForm />
        </Panel>
      </Section>
    </div>
  );
}

function TelegramForm() {
  const { t } = useTranslation();
  const zone = useSiteZone() ?? '';
  const { data } = useSuspenseQuery(telegramSection);
  const form = useSectionForm('telegram', data, t('telegram.labels', { returnObjects: true }));
  const { report } = form.draft;
  return (
    <SectionForm form={form}>
      <CheckField {...form.tick('enabled')} />
      <FormPart title={t('telegram.bot')}>
        <SecretField form={form} name="token" hint={t('telegram.tokenHint')} />
      </FormPart>
      <FormPart title={t('telegram.chats')}>
        <TextField {...form.optional('defaultChatId', t('telegram.defaultChatHint'))} mono />
        <ListField form={form} name="allowedChatIds" hint={t('telegram.allowedChatsHint')} />
      </FormPart>
      <FormPart title={t('telegram.messages')}>
        <ChoicesField
          form={form}
          name="events"
          columnWidth="15rem"
          options={NotificationEvent.options.map((value) => ({
            value,
            text: t(`notifications.event.${value}`),
          }))}
        />
        <div className="grid gap-5 sm:grid-cols-3">
          <SelectField {...form.text('report', t('telegram.reportHint'))}>
            <option value="off">{t('telegram.reportOf.off')}</option>
            <option value="daily">{t('telegram.reportOf.daily')}</option>
            <option value="weekly">{t('telegram.reportOf.weekly')}</option>
          </SelectField>
          {report === 'weekly' ? (
            <SelectField {...form.text('reportDay')}>
              {Weekday.options.map((day) => (
                <option key={day} value={day}>
                  {t(`storage.day.${day}`)}
                </option>
              ))}
            </SelectField>
          ) : null}
          {report === 'off' ? null : (
            <TextField {...form.text('reportTime', t('telegram.timeHint', { zone }))} type="time" />
          )}
        </div>
        {report === 'off' ? null : (
          <CheckField {...form.tick('reportSnapshot', t('telegram.snapshotHint'))} />
        )}
      </FormPart>
      <SectionTest
        text={t('telegram.testText')}
        test={form.test}
        labels={form.labels}
        onTest={() => form.begin('test')}
      />
    </SectionForm>
  );
}

export { TelegramPage as Component };
