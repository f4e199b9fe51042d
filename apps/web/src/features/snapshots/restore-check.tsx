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
            <span className="font-semibold">{nameOf(table)}</span>
            {table.isSeparate ? (
              <span className="pl-2 text-ink-3">{t('snapshots.separate')}</span>
            ) : null}
          </Cell>
          {columns.map((column) => (
            <Cell
              key={column}
              phone={column === 'inFile' ? 'aside' : phoneOf(table, column)}
              align="right"
            >
              <span className={`tnum whitespace-nowrap ${table[column] === 0 ? 'text-ink-3' : ''}`}>
                <span className="sr-only">{`${t(headOf[column])} `}</span>
                {isKey(signOf, column) && table[column] > 0 ? `${signOf[column]} ` : ''}
                {table[column].toLocaleString('en')}
              </span>
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

/** On a phone only what would be done is told. */
function phoneOf(table: RestoreTable, column: (typeof columns)[number]): 'meta' | 'hidden' {
  return isKey(signOf, column) && column !== 'unchanged' && table[column] > 0 ? 'meta' : 'hidden';
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
