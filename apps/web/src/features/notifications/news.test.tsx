import type { Notification } from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';
import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';
import { queryClient } from '#lib/query-client.ts';
import { keepSession } from '#lib/session.ts';
import { given } from '#test/given.ts';
import { network } from '#test/network.ts';
import { showPage } from '#test/page.tsx';
import { NewsItem } from './news-item.tsx';

beforeEach(() => {
  queryClient.clear();
  network.use(http.get('/api/site', () => HttpResponse.json(given.site())));
});

const tokyo = { id: 1, name: 'tokyo', users: 1, names: ['ko.htet'] };
const osaka = { id: 2, name: 'osaka', users: 12, names: ['aung', 'lin'] };

function show(news: Partial<Notification>, role: Role = 'admin') {
  keepSession(given.session({ role }));
  showPage(<NewsItem news={given.news(news)} />);
}

describe('a piece of news', () => {
  test.each<[Partial<Notification>, string, string | undefined]>([
    [
      { event: 'users_bulk', facts: { action: 'extend' }, servers: [tokyo, osaka] },
      'lin extended 13 users on 2 servers',
      '/audit?change=7',
    ],
    [
      { event: 'users_bulk', facts: { action: 'delete' }, servers: [osaka] },
      'lin deleted 12 users from osaka',
      '/audit?change=7',
    ],
    [
      { event: 'users_bulk', facts: { action: 'something-newer' }, servers: [osaka] },
      'lin changed 12 users on osaka',
      '/audit?change=7',
    ],
    [
      { event: 'users_extended', facts: { months: 2 }, servers: [tokyo] },
      'lin extended ko.htet on tokyo by 2 months',
      '/audit?change=7',
    ],
    [
      { event: 'users_soon', actorName: null, changeId: null, servers: [tokyo] },
      'ko.htet on tokyo will expire soon',
      '/servers/1?status=soon',
    ],
    [
      { event: 'users_expired', actorName: null, changeId: null, servers: [tokyo, osaka] },
      'The term of 13 users on 2 servers has ended',
      '/users?status=expired',
    ],
    [{ event: 'change_undone', servers: [] }, 'lin undid a change', '/audit?change=7'],
    [
      { event: 'settings_changed', facts: { section: 'remote-server' } },
      'lin changed the settings: Remote server',
      '/settings/remote-server',
    ],
    [
      { event: 'certificate_ending', facts: { domain: 'p.example.net', daysLeft: 9 } },
      'The certificate of p.example.net ends in 9 days',
      '/settings/certificate',
    ],
    [
      { event: 'certificate_ending', facts: { domain: 'p.example.net', daysLeft: -1 } },
      'The certificate of p.example.net has ended',
      '/settings/certificate',
    ],
    [{ event: 'snapshot_failed' }, 'A snapshot could not be made', '/snapshots'],
    [{ event: 'webhook_off' }, 'The webhook was switched off', '/settings/notifications'],
    [
      { event: 'job_dead', facts: { kind: 'import:commit' } },
      'Given up after repeated interruptions: Importing',
      '/notifications#jobs',
    ],
    [
      { event: 'new_device', actorName: 'may' },
      'may signed in on a new device',
      '/profile/security',
    ],
    [
      { event: 'chat_linked', actorName: 'may', facts: { chat: 'May on her phone' } },
      'may linked a Telegram chat',
      '/profile/notifications#chats',
    ],
    [{ event: 'sign_in', actorName: 'lin' }, 'lin signed in', '/accounts'],
  ])('is said in words, and leads to where it belongs: %o', (news, sentence, place) => {
    show(news);

    const link = screen.getByRole('link');
    expect(link.textContent).toContain(sentence);
    expect(link.getAttribute('href')).toBe(place);
  });

  test('names by server how many, where there are several', () => {
    show({ event: 'users_imported', servers: [tokyo, osaka] });

    expect(screen.getByText('tokyo 1')).toBeDefined();
    expect(screen.getByText('osaka 12')).toBeDefined();
  });

  test('leads a viewer to the users, who may not read the log', () => {
    show({ event: 'users_bulk', facts: { action: 'update' }, servers: [osaka] }, 'viewer');

    expect(screen.getByRole('link').getAttribute('href')).toBe('/servers/2');
  });

  test('leads nowhere where its reader cannot go', () => {
    show({ event: 'snapshot_failed' }, 'viewer');

    expect(screen.getByText('A snapshot could not be made')).toBeDefined();
    expect(screen.queryByRole('link')).toBeNull();
  });
});
