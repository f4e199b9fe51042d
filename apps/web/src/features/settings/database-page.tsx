import '#lib/settings-words.ts';
import type { EffectiveValue, PoolState } from '@cmp/shared/settings/database';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { queryClient } from '#lib/query-client.ts';
import { sizeInWords } from '#lib/size-in-words.ts';
import { databaseSection, testSection } from './section.queries.ts';
import { SectionTest } from './section-test.tsx';

export function loader(): null {
  void queryClient.prefetchQuery(databaseSection);
  return null;
}

export function DatabasePage() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.database')} text={t('database.text')}>
      <Panel skeleton={<SkeletonRows rows={9} columns={['w-24', 'w-40', 'w-40']} />}>
        <Database />
      </Panel>
    </Section>
  );
}

function Database() {
  const { t } = useTranslation();
  const { status } = useSuspenseQuery(databaseSection).data;
  const test = useMutation(testSection('database'));
  return (
    <div className="grid gap-8">
      <div className="grid max-w-[640px] gap-5">
        <dl className="grid gap-x-10 gap-y-4 sm:grid-cols-[auto_auto_1fr]">
          <Figure
            name={t('database.version')}
            value={status.serverVersion.split(' ', 1)[0] ?? ''}
          />
          <div className="grid content-start gap-0.5">
            <dt className="text-label text-ink-2">{t('database.size')}</dt>
            <dd className="tnum text-kpi">{sizeInWords(status.sizeBytes)}</dd>
          </div>
          <Pool pool={status.pool} />
        </dl>
        <SectionTest
          text={t('database.testText')}
          test={test}
          labels={{}}
          onTest={() => test.mutate({ values: {} })}
        />
      </div>
      <EffectiveValues values={status.effective} />
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-label text-ink-2">{name}</dt>
      <dd translate="no" className="tnum text-kpi">
        {value}
      </dd>
    </div>
  );
}

/** One bar of all the connections that there may be: used, open, and not opened yet. */
function Pool({ pool }: { pool: PoolState }) {
  const { t } = useTranslation();
  const { inUse, idle, size, waiting } = pool;
  const words = t('database.poolOf', { inUse, idle, size });
  return (
    <div className="grid content-start gap-1">
      <dt className="text-label text-ink-2">{t('database.pool')}</dt>
      <dd className="grid gap-1.5">
        <span className="tnum">{words}</span>
        <span
          role="img"
          aria-label={words}
          data-bar
          className="flex h-2 overflow-hidden rounded-full bg-sunken shadow-[inset_0_0_0_1px_var(--line)]"
        >
          <span className="bg-accent" style={{ width: `${(inUse / size) * 100}%` }} />
          <span className="runway-fill opacity-50" style={{ width: `${(idle / size) * 100}%` }} />
        </span>
        <span className={`text-label font-normal ${waiting > 0 ? 'text-soon-ink' : 'text-ink-3'}`}>
          {waiting > 0 ? t('database.waiting', { count: waiting }) : t('database.noneWaiting')}
        </span>
      </dd>
    </div>
  );
}

function EffectiveValues({ values }: { values: readonly EffectiveValue[] }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3">
      <h3 className="font-semibold">{t('database.effective')}</h3>
      <Table
        label={t('database.effective')}
        heads={[
          { text: t('database.what') },
          { text: t('database.value') },
          { text: t('database.source') },
        ]}
      >
        {values.map((effective) => (
          <Row key={effective.name}>
            <Cell phone="title">{t(`database.name.${effective.name}`)}</Cell>
            <Cell phone="aside">
              <Value effective={effective} />
            </Cell>
            <Cell phone="below">
              <Source effective={effective} />
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}

function Value({ effective: { name, value } }: { effective: EffectiveValue }) {
  const { t } = useTranslation();
  switch (value) {
    case 'embedded':
    case 'outside':
    case 'set':
    case 'unset':
    case 'on':
    case 'off':
      if (isWorded.has(name)) return t(`database.said.${value}`);
  }
  return (
    <span translate="no" className="font-mono text-[0.8125rem] wrap-anywhere">
      {value}
    </span>
  );
}

/** Whose values are words of ours, and not names that somebody gave. */
const isWorded: ReadonlySet<EffectiveValue['name']> = new Set([
  'kind',
  'password',
  'encryption',
  'prepared',
]);

function Source({ effective: { source, variable } }: { effective: EffectiveValue }) {
  const { t } = useTranslation();
  function words() {
    if (source === 'start') return t('database.byStart');
    if (source === 'environment') return t('database.byEnvironment', { variable: variable ?? '' });
    return variable === null ? t('database.byDefault') : t('database.byDefaultOf', { variable });
  }
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2">
      {source === 'default' ? null : (
        <Lock aria-label={t('database.locked')} size={12} className="shrink-0 text-ink-3" />
      )}
      {words()}
    </span>
  );
}

export { DatabasePage as Component };
