import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SelectField } from '#components/select-field.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TextField } from '#components/text-field.tsx';
import { queryClient } from '#lib/query-client.ts';
import { clockTime } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { NumberField } from './number-field.tsx';
import { generalSection } from './section.queries.ts';
import { SectionForm } from './section-form.tsx';
import { SitePictures } from './site-pictures.tsx';
import { useSectionForm } from './use-section-form.ts';

export function loader(): null {
  void queryClient.prefetchQuery(generalSection);
  return null;
}

export function GeneralPage() {
  const { t } = useTranslation();
  return (
    <div className="grid gap-10">
      <Section title={t('settings.general')} text={t('settings.generalText')}>
        <Panel skeleton={<SkeletonForm fields={9} />}>
          <GeneralForm />
        </Panel>
      </Section>
      <SitePictures />
    </div>
  );
}

const zones = Intl.supportedValuesOf('timeZone');
const currencies = Intl.supportedValuesOf('currency');

function GeneralForm() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(generalSection);
  const form = useSectionForm('general', data, t('settings.labels', { returnObjects: true }));
  const { timeZone } = form.draft;
  const shownZone = typeof timeZone === 'string' ? timeZone : data.values.timeZone;

  return (
    <SectionForm form={form}>
      <div className="grid gap-5">
        <TextField {...form.text('siteName', t('settings.siteNameHint'))} />
        <SelectField {...form.text('timeZone')} hint={<ZoneClock timeZone={shownZone} />}>
          {[...new Set(['UTC', data.values.timeZone, ...zones])].map((zone) => (
            <option key={zone} value={zone} translate="no">
              {zone.replaceAll('_', ' ')}
            </option>
          ))}
        </SelectField>
        <div className="grid gap-5 sm:grid-cols-2">
          <SelectField {...form.text('language')}>
            <option value="en">{t('settings.languageEn')}</option>
          </SelectField>
          <SelectField {...form.text('weekStart')}>
            <option value="monday">{t('settings.weekMonday')}</option>
            <option value="saturday">{t('settings.weekSaturday')}</option>
            <option value="sunday">{t('settings.weekSunday')}</option>
          </SelectField>
          <SelectField {...form.number('soonWindowHours', t('settings.soonWindowHint'))}>
            <option value={24}>{t('settings.soon24')}</option>
            <option value={72}>{t('settings.soon72')}</option>
            <option value={168}>{t('settings.soon168')}</option>
          </SelectField>
          <SelectField {...form.text('dateOrder', t('settings.dateOrderHint'))}>
            <option value="DMY">{t('settings.dateDmy')}</option>
            <option value="MDY">{t('settings.dateMdy')}</option>
          </SelectField>
          <SelectField {...form.text('theme', t('settings.themeHint'))}>
            <option value="system">{t('shell.themeSystem')}</option>
            <option value="light">{t('shell.themeLight')}</option>
            <option value="dark">{t('shell.themeDark')}</option>
          </SelectField>
          <SelectField {...form.text('currency', t('settings.currencyHint'))}>
            {currencies.map((code) => (
              <option key={code} value={code} translate="no">
                {t('settings.currencyNamed', { code, name: currencyNames.of(code) ?? code })}
              </option>
            ))}
          </SelectField>
        </div>
        <NumberField
          {...form.optionalNumber('idleLimitMinutes', t('settings.idleLimitHint'))}
          min={5}
          max={10_080}
          unit={t('settings.minutes')}
        />
        <NumberField
          {...form.number('binRetentionDays', t('settings.binRetentionHint'))}
          min={1}
          max={3650}
          unit={t('settings.days')}
        />
      </div>
    </SectionForm>
  );
}

const currencyNames = new Intl.DisplayNames('en', { type: 'currency' });

/** What time it is in the zone chosen, so that a wrong one is noticed. */
function ZoneClock({ timeZone }: { timeZone: string }) {
  const { t } = useTranslation();
  const now = useNow();
  return t('settings.timeZoneHint', { time: clockTime(now, timeZone) });
}

export { GeneralPage as Component };
