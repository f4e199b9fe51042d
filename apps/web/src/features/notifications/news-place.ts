import type { Notification } from '@cmp/shared/notifications';
import type { Action } from '@cmp/shared/permissions';
import { sectionIn } from './news-words.ts';

interface Reader {
  username: string;
  may: (action: Action) => boolean;
}

/** Where an event belongs, for whoever reads of it; undefined where they cannot go there. */
export function placeOf(news: Notification, reader: Reader): string | undefined {
  const { may } = reader;
  switch (news.event) {
    case 'sign_in':
    case 'new_device':
      if (news.actorName === reader.username) return '/profile/security';
      return may('accounts:list') ? '/accounts' : undefined;
    case 'chat_linked':
      if (news.actorName === reader.username) return '/profile/notifications#chats';
      return may('accounts:list') ? '/accounts' : undefined;
    case 'users_soon':
      return usersPlace(news, 'soon');
    case 'users_expired':
      return usersPlace(news, 'expired');
    case 'snapshot_made':
    case 'snapshot_failed':
    case 'snapshot_unverified':
    case 'snapshot_restored':
      return may('snapshots:list') ? '/snapshots' : undefined;
    case 'certificate_ending':
      return may('settings:read') ? '/settings/certificate' : undefined;
    case 'webhook_off':
      return may('settings:read') ? '/settings/notifications' : undefined;
    case 'settings_changed':
    case 'target_moved':
      return may('settings:read') ? `/settings/${sectionIn(news) ?? 'general'}` : undefined;
    case 'job_dead':
      return may('jobs:list') ? '/notifications#jobs' : undefined;
    case 'report':
      return '/';
    default:
      if (news.changeId !== null && may('changes:list')) return `/audit?change=${news.changeId}`;
      return usersPlace(news, undefined);
  }
}

/** The users on the one server it touched, or on all. */
function usersPlace({ servers }: Notification, status: 'soon' | 'expired' | undefined): string {
  const [server, ...others] = servers;
  const page = server && others.length === 0 ? `/servers/${server.id}` : '/users';
  return status ? `${page}?status=${status}` : page;
}
