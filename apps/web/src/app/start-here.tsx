import { GeneralSettings } from '@cmp/shared/settings/general';
import type { SettingsSection } from '@cmp/shared/settings/sections';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { Section } from '#components/section.tsx';

interface StartHereProps {
  accountCount: number;
  serverCount: number;
  firstServerId: number | undefined;
  settings: SettingsSection;
}

/** What a fresh portal still needs. It goes away by being done. */
export function StartHere({ accountCount, serverCount, firstServerId, settings }: StartHereProps) {
  const { t } = useTranslation();
  const defaults = GeneralSettings.parse({});
  const { siteName, timeZone } = settings.values;
  const steps = [
    {
      title: t('overview.stepSite'),
      text: t('overview.stepSiteText', { timeZone }),
      action: t('overview.stepSiteAction'),
      to: '/settings/general',
      done: siteName !== defaults.siteName || timeZone !== defaults.timeZone,
    },
    {
      title: t('overview.stepServer'),
      text: t('overview.stepServerText'),
      action: t('servers.add'),
      to: '/servers?new=',
      done: serverCount > 0,
    },
    {
      title: t('overview.stepUsers'),
      text: t('overview.stepUsersText'),
      action: t('users.add'),
      to: firstServerId === undefined ? undefined : `/servers/${firstServerId}?row=new`,
      waitsFor: t('overview.stepUsersAfter'),
      done: false,
    },
    {
      title: t('overview.stepTeam'),
      text: t('overview.stepTeamText'),
      action: t('overview.stepTeamAction'),
      to: '/accounts/new',
      done: accountCount > 1,
    },
  ];
  const next = steps.find(({ done }) => !done);
  const left = steps.filter(({ done }) => !done).length;
  if (left === 0) return null;

  return (
    <div className="max-w-[45rem]">
      <Section title={t('overview.startTitle')} text={t('overview.startText', { count: left })}>
        <ol className="border-line border-t">
          {steps.map((step) => (
            <li
              key={step.title}
              className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 border-line border-b py-3.5"
            >
              <div className="grid max-w-[56ch] gap-0.5">
                <p className={step.done ? 'text-ink-3 line-through' : 'font-[550]'}>{step.title}</p>
                {step.done ? null : <p className="text-ink-2">{step.text}</p>}
              </div>
              {step.done ? (
                <span className="text-active-ink">
                  <span aria-hidden>{'✓ '}</span>
                  {t('overview.stepDone')}
                </span>
              ) : null}
              {!step.done && step.to === undefined ? (
                <span className="text-ink-3">{step.waitsFor}</span>
              ) : null}
              {!step.done && step.to !== undefined ? (
                <ButtonLink tone={step === next ? 'primary' : 'plain'} to={step.to}>
                  {step.action}
                </ButtonLink>
              ) : null}
            </li>
          ))}
        </ol>
      </Section>
    </div>
  );
}
