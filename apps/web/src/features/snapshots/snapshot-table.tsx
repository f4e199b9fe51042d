import type { Snapshot } from '@cmp/shared/snapshots';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { Moment } from '#components/moment.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { sizeInWords } from '#lib/size-in-words.ts';
import { agoInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { SnapshotActions } from './snapshot-actions.tsx';

/** Every snapshot with what was proved of it. */
export function SnapshotTable({ snapshots }: { snapshots: readonly Snapshot[] }) {
  const { t } = useTranslation();
  return (
    <Table
      label={t('snapshots.title')}
      heads={[
        { text: t('snapshots.when') },
        { text: t('snapshots.kind') },
        { text: t('snapshots.proof') },
        { text: t('snapshots.by') },
        { text: t('snapshots.copies') },
        { text: t('snapshots.size'), align: 'right' },
        { text: '', hiddenText: t('snapshots.restore') },
      ]}
    >
      {snapshots.map((snapshot) => (
        <Row key={snapshot.id}>
          <Cell phone="title">
            <span className="flex flex-wrap gap-x-2 whitespace-nowrap">
              <span className="font-semibold">
                <Moment at={snapshot.createdAt} />
              </span>
              <span className="text-ink-3">
                <Ago at={snapshot.createdAt} />
              </span>
            </span>
          </Cell>
          <Cell phone="meta">
            <span className="flex items-center gap-2 whitespace-nowrap">
              {t(`snapshots.kindOf.${snapshot.kind}`)}
              {snapshot.isEncrypted ? (
                <Lock size={13} aria-label={t('snapshots.encrypted')} className="text-ink-3" />
              ) : null}
            </span>
          </Cell>
          <Cell phone="below">
            <Proof snapshot={snapshot} />
          </Cell>
          <Cell phone="hidden">
            <span className="text-ink-2">
              <span translate="no">{snapshot.accountName}</span>
              {' · '}
              {t(`snapshots.reasonOf.${snapshot.reason}`)}
              {snapshot.folder === null ? null : (
                <span className="block text-ink-3" translate="no">
                  {snapshot.folder}
                </span>
              )}
            </span>
          </Cell>
          <Cell phone="hidden">
            <Copies snapshot={snapshot} />
          </Cell>
          <Cell phone="metaAside" align="right">
            <span className="tnum whitespace-nowrap" title={snapshot.sha256}>
              {sizeInWords(snapshot.bytes)}
            </span>
          </Cell>
          <Cell phone="aside" align="right">
            <SnapshotActions snapshot={snapshot} />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

/** The strongest thing known: that it was restored beats that its checksums hold. */
function Proof({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation();
  const now = useNow();
  const { verifiedAt, verifyFailure, drilledAt, drillFailure, drillMs } = snapshot;
  const failure = verifyFailure ?? drillFailure;
  if (failure !== null)
    return (
      <span title={failure}>
        <StatusWord status="expired">{t('snapshots.failed')}</StatusWord>
      </span>
    );
  if (drilledAt !== null) {
    const seconds = ((drillMs ?? 0) / 1000).toFixed(1);
    return (
      <span title={t('snapshots.rehearsedHint', { seconds })}>
        <StatusWord status="active">
          {t('snapshots.rehearsed', { ago: agoInWords(drilledAt, now) })}
        </StatusWord>
      </span>
    );
  }
  if (verifiedAt !== null)
    return (
      <StatusWord status="active">
        {t('snapshots.checked', { ago: agoInWords(verifiedAt, now) })}
      </StatusWord>
    );
  return <StatusWord status="off">{t('snapshots.unproved')}</StatusWord>;
}

function Copies({ snapshot: { copies } }: { snapshot: Snapshot }) {
  const { t } = useTranslation();
  if (copies.length === 0) return <span className="text-ink-3">{t('snapshots.none')}</span>;
  return (
    <span className="flex gap-3">
      {copies.map(({ target, place, failure }) => (
        <span key={target} title={failure ?? place} className="whitespace-nowrap">
          <StatusWord status={failure === null ? 'active' : 'expired'}>
            {`${t(`snapshots.target.${target}`)} ${t(failure === null ? 'snapshots.copied' : 'snapshots.notCopied')}`}
          </StatusWord>
        </span>
      ))}
    </span>
  );
}
