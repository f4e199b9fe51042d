import '#lib/settings-words.ts';
import type { TestAnswer } from '@cmp/shared/settings/tests';
import { i18next } from '#lib/i18n.ts';
import { sizeInWords } from '#lib/size-in-words.ts';

/** "4 ms", "1.2 s". */
export function tookInWords(ms: number): string {
  if (ms < 1000) return i18next.t('settings.ms', { count: Math.round(ms) });
  return i18next.t('settings.seconds', { seconds: (ms / 1000).toFixed(1) });
}

/** What a good test found, in one sentence. */
export function answerInWords(answer: TestAnswer): string {
  const { t } = i18next;
  const took = tookInWords(answer.tookMs);
  switch (answer.section) {
    case 'database':
      return t('database.tested', {
        took: tookInWords(Math.max(1, answer.roundTripMs)),
        version: answer.serverVersion.split(' ', 1)[0],
      });
    case 'telegram':
      return t('telegram.tested', { took, name: answer.botName, username: answer.botUsername });
    case 'remote-server':
      return t('remoteServer.tested', { took, address: answer.address });
    case 'certificate':
      return t('certificate.tested', { took, address: answer.address });
    case 'mail':
      return t(answer.hasSignedIn ? 'mail.testedSignedIn' : 'mail.tested', {
        took,
        address: answer.address,
        encrypted: t(answer.isEncrypted ? 'mail.encrypted' : 'mail.inClear'),
      });
    case 'storage':
      return storageInWords(answer);
    case 'notifications':
      return t('notifications.tested', { took, status: answer.status });
  }
}

function storageInWords({ folder, s3 }: Extract<TestAnswer, { section: 'storage' }>): string {
  const { t } = i18next;
  const here = t('storage.testedFolder', {
    path: folder.path,
    free: sizeInWords(folder.freeBytes),
    took: tookInWords(folder.tookMs),
  });
  if (!s3) return here;
  const there = t('storage.testedS3', { bucket: s3.bucket, took: tookInWords(s3.tookMs) });
  return `${here} ${there}`;
}
