import type { SessionListing } from '@cmp/shared/auth';
import { deviceOf } from '@cmp/shared/device';
import { useTranslation } from 'react-i18next';
import { dateInWords, leftInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { Ago } from './ago.tsx';
import { EmptyNote } from './empty-note.tsx';
import { Runway } from './runway.tsx';
import { Cell, Row, Table } from './table.tsx';
import { WriteButton } from './write-button.tsx';

interface SessionTableProps {
  sessions: readonly SessionListing[];
  onEnd: (session: SessionListing, device: string) => void;
}

/** Where someone is signed in, and for how long. */
export function SessionTable({ sessions, onEnd }: SessionTableProps) {
  const { t } = useTranslation();
  const device = useDeviceName();
  if (sessions.length === 0) return <EmptyNote text={t('profile.noSessions')} />;
  return (
    <Table
      label={t('profile.sessionsTitle')}
      heads={[
        { text: t('profile.device') },
        { text: t('profile.address') },
        { text: t('profile.started') },
        { text: t('profile.lastSeen') },
        { text: t('profile.expires') },
        { text: '', hiddenText: t('profile.end') },
      ]}
    >
      {sessions.map((session) => (
        <Row key={session.id}>
          <Cell phone="title">
            <span className="font-semibold">{device(session.userAgent)}</span>
            {session.current ? (
              <span className="ml-2 inline-block whitespace-nowrap rounded-tag bg-accent-wash touch:ml-0 px-1.5 py-0.5 text-accent-ink text-label">
                {t('profile.current')}
              </span>
            ) : null}
          </Cell>
          <Cell phone="meta">
            <span translate="no" className="font-mono text-[0.8125rem]">
              {session.ip}
            </span>
          </Cell>
          <Cell phone="hidden">
            <Ago at={session.createdAt} />
          </Cell>
          <Cell phone="aside">
            <Ago at={session.lastSeenAt} />
          </Cell>
          <Cell phone="metaAside">
            <TimeLeft until={session.expiresAt} />
          </Cell>
          <Cell phone="below" align="right">
            {session.current ? null : (
              <WriteButton
                size="row"
                className="touch:w-full"
                aria-label={t('profile.endSession', { device: device(session.userAgent) })}
                onClick={() => onEnd(session, device(session.userAgent))}
              >
                {t('profile.end')}
              </WriteButton>
            )}
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

const dayMs = 86_400_000;

/** A runway and its words, for whatever ends at a moment. */
function TimeLeft({ until }: { until: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const zone = useSiteZone();
  const left = leftInWords(until, now);
  const label = left
    ? t('profile.expiresLabel', { left, date: dateInWords(until, zone) })
    : t('profile.expired');
  return (
    <span className="inline-flex items-center gap-2.5">
      <Runway daysLeft={(Date.parse(until) - now.getTime()) / dayMs} label={label} />
      <span aria-hidden className="tnum whitespace-nowrap">
        {left ?? t('profile.expired')}
      </span>
    </span>
  );
}

/** "Firefox on Windows". */
export function useDeviceName(): (userAgent: string | null) => string {
  const { t } = useTranslation();
  return (userAgent) => {
    const { browser, system } = deviceOf(userAgent);
    if (browser && system) return t('profile.deviceOn', { browser, system });
    return browser ?? system ?? t('profile.deviceUnknown');
  };
}
