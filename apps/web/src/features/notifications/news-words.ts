import { deviceOf } from '@cmp/shared/device';
import type { Notification, NotificationEvent } from '@cmp/shared/notifications';
import { Section } from '@cmp/shared/settings/sections';
import { i18next } from '#lib/i18n.ts';
import { momentInWords } from '#lib/time.ts';
import type { en } from '#locales/en.ts';

/** Which sentence tells an event. */
export function sentenceOf({ event, facts, servers }: Notification): keyof typeof en.news.said {
  switch (event) {
    case 'users_bulk':
      return bulkSentences[String(facts.action)] ?? 'users_changed';
    case 'users_extended':
      return typeof facts.months === 'number' ? 'users_extendedBy' : event;
    case 'change_undone':
      return servers.length > 0 ? 'change_undoneOn' : event;
    case 'certificate_ending':
      return certificateSentence(facts.daysLeft);
    default:
      return event;
  }
}

const bulkSentences: Record<string, 'users_extended' | 'users_changed' | 'users_deleted'> = {
  extend: 'users_extended',
  update: 'users_changed',
  delete: 'users_deleted',
};

function certificateSentence(daysLeft: unknown) {
  if (typeof daysLeft !== 'number') return 'certificate_ending';
  return daysLeft < 0 ? 'certificate_ended' : 'certificate_endingIn';
}

/** Whether it is about something that is wrong, and how loud its sign is. */
export function alarmOf({ event, facts }: Notification): 'soon' | 'expired' | undefined {
  if (event === 'certificate_ending')
    return typeof facts.daysLeft === 'number' && facts.daysLeft < 0 ? 'expired' : 'soon';
  return alarms[event];
}

const alarms: Partial<Record<NotificationEvent, 'soon' | 'expired'>> = {
  new_device: 'soon',
  chat_linked: 'soon',
  target_moved: 'soon',
  webhook_off: 'soon',
  job_dead: 'expired',
  snapshot_failed: 'expired',
  snapshot_unverified: 'expired',
};

/** What else is known of it: texts of ours, and texts that somebody or something else named. */
export interface Detail {
  text: string;
  isName: boolean;
}

export function detailsOf(news: Notification, zone: string | undefined): Detail[] {
  const { event, facts, servers } = news;
  const { t } = i18next;
  const named = (name: string): Detail[] => {
    const text = textOf(facts[name]);
    return text === undefined ? [] : [{ text, isName: true }];
  };
  const ours = (text: string): Detail => ({ text, isName: false });
  switch (event) {
    case 'sign_in':
    case 'new_device': {
      const { browser, system } = deviceOf(textOf(facts.userAgent) ?? null);
      const device = browser && system ? t('profile.deviceOn', { browser, system }) : undefined;
      const isTheirs = event === 'new_device';
      return [
        ...named('ip'),
        ...(device ? [ours(device)] : []),
        ...(isTheirs ? [ours(t('news.notYou'))] : []),
      ];
    }
    case 'chat_linked':
      return [...named('chat'), ours(t('news.notYourChat'))];
    case 'snapshot_made':
    case 'snapshot_failed':
    case 'snapshot_unverified':
    case 'snapshot_restored':
      return [...named('fileName'), ...named('failure')];
    case 'certificate_ending': {
      const until = textOf(facts.expiresAt);
      return until === undefined
        ? []
        : [ours(t('news.until', { when: momentInWords(until, zone) }))];
    }
    case 'webhook_off':
      return [
        ...named('host'),
        ...(typeof facts.failures === 'number'
          ? [ours(t('news.failures', { count: facts.failures }))]
          : []),
        ...named('failure'),
      ];
    default:
      return servers.length > 1 ? serverDetails(news) : namesOf(news);
  }
}

/** By server how many; the sentence says of how many servers. */
function serverDetails({ servers }: Notification): Detail[] {
  return servers.map(({ name, users }) => ({ text: `${name} ${users}`, isName: true }));
}

/** The first users of the one server, where they are more than the sentence names. */
function namesOf({ servers }: Notification): Detail[] {
  const [server] = servers;
  if (!server || server.users < 2 || server.names.length === 0) return [];
  const rest = server.users > server.names.length ? ', …' : '';
  return [{ text: `${server.names.join(', ')}${rest}`, isName: true }];
}

/** What an event says of itself is read with care: rows of an older release say less. */
function textOf(fact: unknown): string | undefined {
  return typeof fact === 'string' && fact !== '' ? fact : undefined;
}

/** The section an event is about, where there is one of that name. */
export function sectionIn({ facts }: Notification): Section | undefined {
  return Section.safeParse(facts.section).data;
}
