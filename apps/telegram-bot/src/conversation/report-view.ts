import type { AnswerOf } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import type { Message } from '#telegram/telegram.ts';
import { countLines, serviceLines } from './counts.ts';
import { toMenu } from './menu.ts';
import { row } from './rows.ts';
import { momentInWords, type Site, shortDate } from './site.ts';

export function reportView(site: Site, { report }: AnswerOf<'report'>): Message {
  const { words } = site;
  const names = (title: string, users: typeof report.soon) =>
    users.length === 0
      ? []
      : [
          '',
          `<b>${title}</b>`,
          ...users.map(
            (user) =>
              `${escapeHtml(user.accountName)} · ${escapeHtml(user.serverName)} · ${user.expiresOn === null ? words.endsNever : shortDate(site, user.expiresOn)}`,
          ),
        ];
  const facts = [
    report.snapshotAt === null ? undefined : words.snapshot(momentInWords(site, report.snapshotAt)),
    report.certificateDays === null ? undefined : words.certificate(report.certificateDays),
  ].filter((line) => line !== undefined);
  return {
    html: [
      words.report(momentInWords(site, report.at)),
      '',
      words.totals(words.users(report.counts.all), words.servers(report.servers)),
      '',
      ...countLines(site, report.counts),
      ...serviceLines(site, report.services),
      ...names(words.soon, report.soon),
      ...names(words.expired, report.expired),
      ...(facts.length > 0 ? ['', ...facts] : []),
    ].join('\n'),
    buttons: [row(toMenu(site))],
  };
}
