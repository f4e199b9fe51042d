import { type NotificationPreferences, PreferencesChange, urgent } from '@cmp/shared/notifications';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { toast } from 'sonner';
import { CheckField } from '#components/check-field.tsx';
import { ChoiceMatrix } from '#components/choice-matrix.tsx';
import { Notice } from '#components/notice.tsx';
import { SaveBar } from '#components/save-bar.tsx';
import { Section } from '#components/section.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { TextField } from '#components/text-field.tsx';
import { isStale } from '#lib/api-error.ts';
import { explain } from '#lib/explain.ts';
import { eventsOf } from '#lib/notification-words.ts';
import { useSession } from '#lib/session.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { changePreferences, ownPreferences } from './preferences.queries.ts';
import { differencesOf, type PreferencesDraft } from './preferences-draft.ts';

/** By which way one hears of what, and when one's phone stays silent: one draft, saved with the version it was read at. */
export function PreferencesForm() {
  const { t } = useTranslation();
  const { role } = useSession().account;
  const { data: saved } = useSuspenseQuery(ownPreferences);
  const { mutate, reset, isPending, error } = useMutation(changePreferences);
  const [draft, setDraft] = useState<PreferencesDraft>();
  const [isRefused, setRefused] = useState(false);
  const mine = draft ?? saved;
  const differences = differencesOf(saved, mine, saved.defaults);
  const put = (part: Partial<PreferencesDraft>) => {
    setRefused(false);
    setDraft({ ...chosenIn(mine), ...part });
  };

  function discard() {
    setDraft(undefined);
    setRefused(false);
    reset();
  }

  function save() {
    if (differences.length === 0 || isPending) return;
    const change = PreferencesChange.safeParse({ version: saved.version, ...chosenIn(mine) });
    setRefused(!change.success);
    if (!change.success) return;
    mutate(change.data, {
      onSuccess: () => {
        setDraft(undefined);
        toast(t('notifications.saved'));
      },
    });
  }
  useSaveKey(save);

  function submit(event: FormEvent) {
    event.preventDefault();
    save();
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-10">
      <Section title={t('notifications.own')} text={t('notifications.ownText')}>
        {isStale(error) && differences.length > 0 ? (
          <StaleNotice differences={differences} onTheirs={discard} onMine={save} />
        ) : null}
        {error && !isStale(error) ? <Notice tone="danger">{explain(error)}</Notice> : null}
        <ClosedWays open={saved.open} />
        <ChoiceMatrix
          label={t('notifications.matrix')}
          events={eventsOf(role)}
          choices={mine.choices}
          defaults={saved.defaults}
          onChange={(choices) => put({ choices })}
        />
      </Section>
      <QuietHours draft={mine} isRefused={isRefused} onChange={put} />
      <SaveBar changes={differences.length} pending={isPending} onDiscard={discard} />
    </form>
  );
}

const chosenIn = ({ choices, quietFrom, quietUntil }: PreferencesDraft): PreferencesDraft => ({
  choices,
  quietFrom,
  quietUntil,
});

/** Why a way leads nowhere now, and how to open it. What is ticked for it holds once it is open. */
function ClosedWays({ open }: Pick<NotificationPreferences, 'open'>) {
  const { t } = useTranslation();
  const isTelegramClosed = !open.includes('telegram');
  const isMailClosed = !open.includes('mail');
  if (!isTelegramClosed && !isMailClosed) return null;
  return (
    <ul className="grid gap-1.5 text-ink-2">
      {isTelegramClosed ? (
        <li>
          {t('notifications.closedTelegram')}{' '}
          <a href="#chats" className={linkShape}>
            {t('notifications.closedTelegramOpen')}
          </a>
        </li>
      ) : null}
      {isMailClosed ? (
        <li>
          {t('notifications.closedMail')}{' '}
          <Link to="/profile/details" className={linkShape}>
            {t('notifications.closedMailOpen')}
          </Link>
        </li>
      ) : null}
    </ul>
  );
}

const linkShape = 'font-[550] text-accent-ink underline underline-offset-2 hover:no-underline';

interface QuietHoursProps {
  draft: PreferencesDraft;
  isRefused: boolean;
  onChange: (part: Partial<PreferencesDraft>) => void;
}

function QuietHours({ draft, isRefused, onChange }: QuietHoursProps) {
  const { t } = useTranslation();
  const zone = useSiteZone() ?? '';
  const { quietFrom, quietUntil } = draft;
  const isOwn = quietFrom !== null || quietUntil !== null;
  const comesAnyway = urgent.map((event) => t(`notifications.event.${event}`)).join(', ');
  return (
    <Section
      title={t('notifications.quiet')}
      text={t('notifications.quietText', { zone, urgent: comesAnyway })}
    >
      <CheckField
        label={t('notifications.quietOwn')}
        hint={t('notifications.quietOwnHint')}
        checked={isOwn}
        onChange={({ target }) => onChange(target.checked ? usualNight : noNight)}
      />
      {isOwn ? (
        <div className="grid max-w-80 grid-cols-2 gap-5">
          <TextField
            type="time"
            label={t('notifications.quietFrom')}
            value={quietFrom ?? ''}
            onChange={({ target }) => onChange({ quietFrom: target.value })}
          />
          <TextField
            type="time"
            label={t('notifications.quietUntil')}
            value={quietUntil ?? ''}
            error={isRefused ? t('notifications.quietBoth') : undefined}
            onChange={({ target }) => onChange({ quietUntil: target.value })}
          />
        </div>
      ) : null}
    </Section>
  );
}

const usualNight = { quietFrom: '22:00', quietUntil: '07:00' };
const noNight = { quietFrom: null, quietUntil: null };
