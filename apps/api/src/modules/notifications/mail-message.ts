import { escapeHtml } from '@cmp/shared/escape-html';
import type { GeneralSettings } from '@cmp/shared/settings/general';
import type { Mail } from '#modules/targets/mail.service.ts';
import { oneLine, type Told, wordingOf } from './wording.ts';

interface Addressed {
  deliveryId: number;
  from: string;
  to: string;
}

/** The mail that tells an event: as text, and as HTML that loads nothing. */
export function mailOf(
  told: Told,
  site: GeneralSettings,
  { deliveryId, from, to }: Addressed,
): Mail {
  const { title, lines } = wordingOf(told, site);
  const footer = `${site.siteName} sends this because your notifications ask for it.`;
  const paragraphs = lines
    .map((line) => `<p style="margin:0 0 8px">${escapeHtml(line)}</p>`)
    .join('');
  return {
    fromName: site.siteName,
    to,
    subject: oneLine(`${site.siteName}: ${title}`).slice(0, 200),
    text: [title, '', ...lines, '', '-- ', footer].join('\n'),
    html: `<!doctype html><html lang="${site.language}"><body style="font-family:sans-serif">
<h1 style="font-size:18px">${escapeHtml(title)}</h1>${paragraphs}
<p style="color:#666;font-size:13px">${escapeHtml(footer)}</p></body></html>`,
    messageId: `<cmp-delivery-${deliveryId}@${from.split('@').at(-1)}>`,
  };
}
