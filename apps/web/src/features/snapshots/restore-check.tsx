import type { Plan, PlanEntryKind } from '@cmp/shared/changes';
import type { RestoreSubject, RestoreTable } from '@cmp/shared/snapshots';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '#components/notice.tsx';
import { PlanRows } from '#components/plan-rows.tsx';
import { Section } from '#components/section.tsx';
import { Segments } from '#components/segments.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { isKey } from '#lib/is-key.ts';
import { momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { en } from '#locales/en.ts';
import { RestoreCommit } from './restore-commit.tsx';

/** What a restore would do: table by table, and where it merges row by row. */
export function RestoreCheck({ plan, subject }: { plan: Plan; subject: RestoreSubject }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  return (
    <div className="grid gap-8">
      <Section
        title={t('snapshots.planTitle')}
        text={t('snapshots.planOf', {
          site: subject.siteName,
          kind: t(`snapshots.kindOf.${subject.kind}`),
          when: momentInWords(subject.createdAt, zone),
          version: subject.appVersion,
        })}
      >
        {subject.isForeign ? (
          <Notice tone="soon" title={t('snapshots.foreign')}>
            {subject.hasKeys ? null : <p>{t('snapshots.noKeys')}</p>}
          </Notice>
        ) : null}
        <TableCounts subject={subject} />
      </Section>
      {subject.mode === 'merge' ? <Rows plan={plan} /> : null}
      <RestoreCommit plan={plan} subject={subject} />
    </div>
  );
}

const columns = ['inFile', 'here', 'added', 'changed', 'unchanged', 'kept', 'removed'] as const;
const headOf = {
  inFile: 'snapshots.inFile',
  here: 'snapshots.here',
  added: 'snapshots.added',
  changed: 'snapshots.changed',
  unchanged: 'snapshots.unchanged',
  kept: 'snapshots.kept',
  removed: 'snapshots.removedRows',
} as const;
const signOf = { added: '+', changed: '~', unchanged: '=', kept: '·', removed: '−' } as const;

function TableCounts({ subject }: { subject: RestoreSubject }) {
  const { t } = useTranslation();
  return (
    <Table
      label={t('snapshots.planTitle')}
      heads={[
        { text: t('snapshots.table') },
        ...columns.map((column) => ({ text: t(headOf[column]), align: 'right' as const })),
      ]}
    >
      {subject.tables.map((table) => (
        <Row key={table.table}>
          <Cell phone="title">
            <span className="flex flex-wrap gap-x-2">
              <span className="font-semibold">{nameOf(table)}</span>
              {table.isSeparate ? (
                <span className="text-ink-3">{t('snapshots.separate')}</span>
              ) : null}
            </span>
          </Cell>
          <Cell phone="below" onlyPhone>
            <CountsInWords table={table} />
          </Cell>
          {columns.map((column) => (
            <Cell key={column} phone="hidden" align="right">
              <Count table={table} column={column} />
            </Cell>
          ))}
        </Row>
      ))}
    </Table>
  );

  function nameOf({ table }: RestoreTable): string {
    return isKey(en.snapshots.tableOf, table) ? t(`snapshots.tableOf.${table}`) : table;
  }
}

type Column = (typeof columns)[number];

const dash = '–';

/** A nought is a dash, so that what would be done stands out. */
function Count({ table, column }: { table: RestoreTable; column: Column }) {
  const count = table[column];
  if (count === 0)
    return (
      <span className="text-ink-3">
        <span aria-hidden>{dash}</span>
        <span className="sr-only">{count}</span>
      </span>
    );
  return (
    <span className={`tnum whitespace-nowrap ${weightOf[column] ?? ''}`}>
      {isKey(signOf, column) ? `${signOf[column]} ` : ''}
      {count.toLocaleString('en')}
    </span>
  );
}

const weightOf: Partial<Record<Column, string>> = {
  added: 'font-semibold',
  changed: 'font-semibold',
  unchanged: 'text-ink-2',
  removed: 'font-semibold text-expired-ink',
};

const inEveryCase: readonly Column[] = ['inFile', 'here'];

/** The same on a phone, where there is no room for columns: what is where, and what would become of it. */
function CountsInWords({ table }: { table: RestoreTable }) {
  const { t } = useTranslation();
  const told = columns.filter((column) => inEveryCase.includes(column) || table[column] > 0);
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-ink-2">
      {told.map((column) => (
        <li key={column} className="flex gap-1.5 whitespace-nowrap">
          {t(headOf[column])}
          <Count table={table} column={column} />
        </li>
      ))}
    </ul>
  );
}

const kinds = ['changed', 'added', 'refused', 'unchanged'] as const satisfies PlanEntryKind[];
const textOf = {
  changed: 'snapshots.changed',
  added: 'snapshots.added',
  refused: 'snapshots.kept',
  unchanged: 'snapshots.unchanged',
} as const;

function Rows({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const shown = kinds.filter((kind) => plan.counts[kind] > 0);
  const [chosen, choose] = useState<(typeof kinds)[number]>();
  const kind = chosen ?? shown[0];
  if (!kind) return null;
  return (
    <Section title={t('snapshots.rows')}>
      <div className="overflow-x-auto">
        <Segments
          label={t('snapshots.rows')}
          value={kind}
          options={shown.map((one) => ({
            value: one,
            text: t(textOf[one]),
            count: plan.counts[one],
          }))}
          onChange={choose}
        />
      </div>
      <PlanRows key={kind} planId={plan.id} kind={kind} />
    </Section>
  );
}
