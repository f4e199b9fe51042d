import { Menu } from '@base-ui/react/menu';
import type { Snapshot, SnapshotFailure, SnapshotKind } from '@cmp/shared/snapshots';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Button, ButtonLink } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { menuItemShape, menuShape } from '#components/menu-shape.ts';
import { Notice } from '#components/notice.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { Runway } from '#components/runway.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { queryClient } from '#lib/query-client.ts';
import { useMay } from '#lib/session.ts';
import { agoInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { RecoveryKeySection } from './recovery-key.tsx';
import { SnapshotTable } from './snapshot-table.tsx';
import { makeSnapshot, snapshotList } from './snapshots.queries.ts';

export function loader(): null {
  void queryClient.prefetchQuery(snapshotList);
  return null;
}

export function SnapshotsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const isFirstUse = useQuery(snapshotList).data?.items.length === 0;
  return (
    <>
      <PageHeader
        title={t('snapshots.title')}
        lead={isFirstUse ? null : <LastGood />}
        actions={
          isFirstUse ? null : (
            <>
              <RestoreLink />
              <MakeMenu />
            </>
          )
        }
      />
      <div className="grid gap-10">
        <Panel skeleton={<SkeletonRows columns={['w-32', 'w-24', 'w-20', 'w-16', 'w-40']} />}>
          <Snapshots />
        </Panel>
        {may('keys:export') ? <RecoveryKeySection /> : null}
      </div>
    </>
  );
}

function RestoreLink() {
  const { t } = useTranslation();
  if (!useMay()('snapshots:restore')) return null;
  return <ButtonLink to="/snapshots/restore">{t('snapshots.restoreFile')}</ButtonLink>;
}

const dayMs = 86_400_000;

/** How old the last good one is: a runway of two days, as the schedule makes one a day. */
function LastGood() {
  const { t } = useTranslation();
  const now = useNow();
  const { data } = useQuery(snapshotList);
  if (!data) return null;
  const everything = data.items.filter(({ kind }) => kind === 'database');
  const good = everything.find((snapshot) => !isBroken(snapshot));
  if (!good) return t(everything.length > 0 ? 'snapshots.leadFailed' : 'snapshots.leadNone');
  const words = t('snapshots.lead', { ago: agoInWords(good.createdAt, now) });
  const daysLeft = 2 - (now.getTime() - Date.parse(good.createdAt)) / dayMs;
  return (
    <span className="inline-flex items-center gap-2.5">
      <Runway daysLeft={daysLeft} fullDays={2} soonDays={0.9} label={words} />
      {words}
    </span>
  );
}

const isBroken = ({ verifyFailure, drillFailure }: Snapshot) =>
  verifyFailure !== null || drillFailure !== null;

function MakeMenu() {
  const { t } = useTranslation();
  const may = useMay();
  const { mutate, isPending } = useMutation(makeSnapshot);
  if (!may('snapshots:create')) return null;
  const make = (kind: SnapshotKind) =>
    mutate(kind, { onSuccess: () => toast(t('snapshots.begun')) });
  return (
    <Menu.Root>
      <Menu.Trigger disabled={isPending} render={<Button tone="primary" />}>
        {t('snapshots.make')}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-30">
          <Menu.Popup className={menuShape}>
            {kinds.map(({ kind, text, hint }) => (
              <Menu.Item
                key={kind}
                className={`${menuItemShape} py-1.5`}
                onClick={() => make(kind)}
              >
                <span className="grid">
                  <span className="font-[550]">{t(text)}</span>
                  <span className="text-ink-2 text-label font-normal">{t(hint)}</span>
                </span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

const kinds = [
  {
    kind: 'database',
    text: 'snapshots.makeDatabase',
    hint: 'snapshots.makeDatabaseHint',
  },
  { kind: 'config', text: 'snapshots.makeConfig', hint: 'snapshots.makeConfigHint' },
] as const;

function Snapshots() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(snapshotList);
  return (
    <div className="grid gap-6">
      {data.lastFailure ? <LastFailure failure={data.lastFailure} /> : null}
      {data.items.length === 0 ? (
        <EmptyNote text={t('snapshots.leadNone')}>
          <MakeMenu />
          <RestoreLink />
        </EmptyNote>
      ) : (
        <SnapshotTable snapshots={data.items} />
      )}
    </div>
  );
}

function LastFailure({ failure }: { failure: SnapshotFailure }) {
  const { t } = useTranslation();
  const now = useNow();
  const { at, message, day, tries, nextTryAt } = failure;
  const ago = agoInWords(at, now);
  return (
    <Notice tone="danger" title={t('snapshots.lastFailure', { ago })}>
      <span translate="no">{message}</span>
      {day === null ? null : ` ${t('snapshots.lastFailureTries', { count: tries, day })}`}
      {day === null ? null : ` ${t(nextTryAt ? 'snapshots.triedAgain' : 'snapshots.triedNextDay')}`}
    </Notice>
  );
}

export { SnapshotsPage as Component };
