import { MailSettings } from '@cmp/shared/settings/mail';
import { readEffective } from '#modules/settings/settings.service.ts';
import { sendMail } from '#modules/targets/mail.service.ts';
import { mailOf } from './mail-message.ts';
import { outcomeOfError } from './outcome.ts';
import { openTarget } from './sealed-target.ts';
import { type OpenSender, type Sender, sendLimitMs } from './sender.ts';

/** Sends mails by the server that the settings name, or by the one that they named before. */
export const openMail: OpenSender = async (db, place, site) => {
  const now = await readEffective(db, place, 'mail', MailSettings);

  const send: Sender['send'] = async (delivery) => {
    const { id: deliveryId, email: to, sealedTarget } = delivery;
    const before = sealedTarget === null ? undefined : openTarget(place.key, sealedTarget);
    if (before && before.kind !== 'mail') throw new Error('The target is no mail server.');
    const settings = before?.settings ?? now.values;
    const password = before ? before.password : now.secrets.password;
    const { from, host, enabled } = settings;
    if (!enabled || !host || !from)
      return { kind: 'unwanted', failure: 'Mail is switched off, or not set up.' };
    if (to === null) return { kind: 'unwanted', failure: 'The account has no address.' };

    const mail = mailOf(delivery, site, { deliveryId, from, to });
    const through = { signal: AbortSignal.timeout(sendLimitMs), resolve: place.resolve };
    try {
      await sendMail(settings, { password }, mail, through);
      return { kind: 'sent' };
    } catch (error) {
      return outcomeOfError(error, [password]);
    }
  };
  return { send };
};
