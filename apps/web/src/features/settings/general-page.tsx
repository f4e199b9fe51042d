import { GeneralSettings } from '@cmp/shared/settings/general';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Notice } from '#components/notice.tsx';
import { Panel } from '#components/panel.tsx';
import { SaveBar } from '#components/save-bar.tsx';
import { Section } from '#components/section.tsx';
import { SelectField } from '#components/select-field.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { TextField } from '#components/text-field.tsx';
import { isStale } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { queryClient } from '#lib/query-client.ts';
import { clockTime } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { changeGeneralSettings, generalSettings } from './settings.queries.ts';
import { SitePictures } from './site-pictures.tsx';

export function loader(): null {
  void queryClient.prefetchQuery(generalSettings);
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

const fields = GeneralSettings.keyof().options;
const zones = Intl.supportedValuesOf('timeZone');
const currencies = Intl.supportedValuesOf('currency');

function GeneralForm() {
  const { t } = useTranslation();
  const { data: section } = useSuspenseQuery(generalSettings);
  const { mutate, isPending, error, reset } = useMutation(changeGeneralSettings);
  const form = useForm({
    resolver: zodResolver(GeneralSettings),
    defaultValues: section.values,
    values: section.values,
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, dirtyFields } = form.formState;
  const changed = fields.filter((field) => dirtyFields[field]);

  const submit = form.handleSubmit((values) =>
    mutate(
      {
        version: section.version,
        values: Object.fromEntries(changed.map((field) => [field, values[field]])),
      },
      {
        onSuccess: (saved) => {
          queryClient.setQueryData(generalSettings.queryKey, saved);
          form.reset(saved.values, { keepDirtyValues: false });
          toast(t('settings.saved'));
        },
        onError: (refusal) => {
          if (isStale(refusal)) return;
          showRefusal(
            form.setError,
            refusal,
            fields.map((name) => ({ name })),
          );
        },
      },
    ),
  );
  useSaveKey(() => void submit());

  const mine = form.getValues();
  const labelOf = {
    siteName: t('settings.siteName'),
    timeZone: t('settings.timeZone'),
    language: t('settings.language'),
    weekStart: t('settings.weekStart'),
    dateOrder: t('settings.dateOrder'),
    soonWindowHours: t('settings.soonWindow'),
    binRetentionDays: t('settings.binRetention'),
    theme: t('settings.theme'),
    idleLimitMinutes: t('settings.idleLimit'),
    currency: t('settings.currency'),
  } satisfies Record<keyof GeneralSettings, string>;
  const differences = changed
    .filter((field) => section.values[field] !== mine[field])
    .map((field) => ({
      field: labelOf[field],
      theirs: String(section.values[field]),
      mine: String(mine[field]),
    }));

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid max-w-[640px] gap-5">
      {isStale(error) ? (
        <StaleNotice
          differences={differences}
          onTheirs={() => {
            form.reset(section.values, { keepDirtyValues: false });
            reset();
          }}
          onMine={() => void submit()}
        />
      ) : null}
      {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
      <TextField
        {...form.register('siteName')}
        label={labelOf.siteName}
        hint={t('settings.siteNameHint')}
        error={errors.siteName?.message}
      />
      <SelectField
        {...form.register('timeZone')}
        label={labelOf.timeZone}
        hint={<ZoneClock timeZone={form.watch('timeZone') ?? section.values.timeZone} />}
        error={errors.timeZone?.message}
      >
        {[...new Set(['UTC', section.values.timeZone, ...zones])].map((zone) => (
          <option key={zone} value={zone} translate="no">
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </SelectField>
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField {...form.register('language')} label={labelOf.language}>
          <option value="en">{t('settings.languageEn')}</option>
        </SelectField>
        <SelectField {...form.register('weekStart')} label={labelOf.weekStart}>
          <option value="monday">{t('settings.weekMonday')}</option>
          <option value="saturday">{t('settings.weekSaturday')}</option>
          <option value="sunday">{t('settings.weekSunday')}</option>
        </SelectField>
        <SelectField
          {...form.register('soonWindowHours', { valueAsNumber: true })}
          label={labelOf.soonWindowHours}
          hint={t('settings.soonWindowHint')}
          error={errors.soonWindowHours?.message}
        >
          <option value={24}>{t('settings.soon24')}</option>
          <option value={72}>{t('settings.soon72')}</option>
          <option value={168}>{t('settings.soon168')}</option>
        </SelectField>
        <SelectField
          {...form.register('dateOrder')}
          label={labelOf.dateOrder}
          hint={t('settings.dateOrderHint')}
        >
          <option value="DMY">{t('settings.dateDmy')}</option>
          <option value="MDY">{t('settings.dateMdy')}</option>
        </SelectField>
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          {...form.register('theme')}
          label={labelOf.theme}
          hint={t('settings.themeHint')}
          error={errors.theme?.message}
        >
          <option value="system">{t('shell.themeSystem')}</option>
          <option value="light">{t('shell.themeLight')}</option>
          <option value="dark">{t('shell.themeDark')}</option>
        </SelectField>
        <SelectField
          {...form.register('currency')}
          label={labelOf.currency}
          hint={t('settings.currencyHint')}
          error={errors.currency?.message}
        >
          {currencies.map((code) => (
            <option key={code} value={code} translate="no">
              {t('settings.currencyNamed', { code, name: currencyNames.of(code) ?? code })}
            </option>
          ))}
        </SelectField>
      </div>
      <TextField
        {...form.register('idleLimitMinutes', { setValueAs: minutesTyped })}
        type="number"
        inputMode="numeric"
        min={5}
        max={10_080}
        unit={t('settings.minutes')}
        label={labelOf.idleLimitMinutes}
        hint={t('settings.idleLimitHint')}
        error={errors.idleLimitMinutes?.message}
      />
      <TextField
        {...form.register('binRetentionDays', { valueAsNumber: true })}
        type="number"
        inputMode="numeric"
        min={1}
        max={3650}
        unit={t('settings.days')}
        label={labelOf.binRetentionDays}
        hint={t('settings.binRetentionHint')}
        error={errors.binRetentionDays?.message}
      />
      <SaveBar
        changes={changed.length}
        pending={isPending}
        onDiscard={() => form.reset(section.values, { keepDirtyValues: false })}
      />
    </form>
  );
}

const currencyNames = new Intl.DisplayNames('en', { type: 'currency' });

/** An empty field is no limit. */
function minutesTyped(typed: unknown): number | null {
  return typed === '' || typed === null ? null : Number(typed);
}

/** What time it is in the zone chosen, so that a wrong one is noticed. */
function ZoneClock({ timeZone }: { timeZone: string }) {
  const { t } = useTranslation();
  const now = useNow();
  return t('settings.timeZoneHint', { time: clockTime(now, timeZone) });
}

export { GeneralPage as Component };
