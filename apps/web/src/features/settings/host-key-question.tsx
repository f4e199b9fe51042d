import '#lib/settings-words.ts';
import type { TestAnswer } from '@cmp/shared/settings/tests';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { Notice } from '#components/notice.tsx';
import { failureIn } from './test-failure.tsx';

interface HostKeyQuestionProps {
  answer: TestAnswer | undefined;
  error: Error | null;
  /** The key that the form holds. */
  accepted: unknown;
  onAccept: (hostKey: string) => void;
}

/** A server that showed a key nobody accepted: the key, and whether it is the right one. */
export function HostKeyQuestion({ answer, error, accepted, onAccept }: HostKeyQuestionProps) {
  const { t } = useTranslation();
  const seen = answer?.section === 'remote-server' ? answer : undefined;
  const hostKey = seen?.hostKey ?? failureIn(error)?.hostKey;
  if (!hostKey) return null;
  if (seen?.hasPinned) return <Notice tone="info">{t('remoteServer.pinned')}</Notice>;
  if (hostKey === accepted)
    return error ? <Notice tone="info">{t('remoteServer.accepted')}</Notice> : null;
  return (
    <Notice tone="soon" title={t('remoteServer.shown')}>
      <p translate="no" className="my-1 select-all wrap-anywhere font-mono text-[0.8125rem]">
        {hostKey}
      </p>
      <p>{t('remoteServer.shownText')}</p>
      <Button className="mt-3" onClick={() => onAccept(hostKey)}>
        {t('remoteServer.accept')}
      </Button>
    </Notice>
  );
}
