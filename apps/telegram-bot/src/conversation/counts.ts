import type { AnswerOf } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import type { StatusCounts } from '@cmp/shared/users';
import type { Site } from './site.ts';

const shownStatuses = ['active', 'soon', 'expired', 'disabled'] as const;

export function countLines({ words }: Site, counts: StatusCounts): string[] {
  return shownStatuses.map(
    (status) => `${words.statuses[status]}: <b>${counts[status].toLocaleString(words.locale)}</b>`,
  );
}

/** Those that there are, in one line. */
export function countsInLine({ words }: Site, counts: StatusCounts): string {
  return shownStatuses
    .filter((status) => counts[status] > 0)
    .map((status) => ` · ${words.marks[status]} ${counts[status].toLocaleString(words.locale)}`)
    .join('');
}

export function serviceLines({ words }: Site, services: AnswerOf<'status'>['services']): string[] {
  if (services.length === 0) return [];
  const lines = services.map(
    ({ service, count }) =>
      `${escapeHtml(service ?? words.noService)}: <b>${count.toLocaleString(words.locale)}</b>`,
  );
  return ['', `<b>${words.services}</b>`, ...lines];
}
