import type { Plan, PlanEntryKind } from '@cmp/shared/changes';
import { PlanEntryKind as Kinds } from '@cmp/shared/changes';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PlanRows } from '#components/plan-rows.tsx';
import { Section } from '#components/section.tsx';
import { Segments } from '#components/segments.tsx';
import type { ImportSubject } from '#lib/plans.ts';
import { ErrorPanel } from './error-panel.tsx';
import { ImportCommit } from './import-commit.tsx';
import { WarningPanel } from './warning-panel.tsx';

/** What the file would do, by kind and row by row, before anything is done. */
export function ImportCheck({ plan, subject }: { plan: Plan; subject: ImportSubject }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const { counts } = plan;
  const kinds = shownKinds.filter(
    (kind) => countOf(plan, kind) > 0 || kind === 'added' || kind === 'changed',
  );
  const asked = Kinds.safeParse(search.get('kind')).data;
  const kind = asked && kinds.includes(asked) ? asked : (fullestOf(plan) ?? 'unchanged');

  return (
    <div className="grid gap-8">
      <Section
        title={t('sheets.checkTitle')}
        text={
          <span translate="no">
            {t('sheets.fileLine', { file: subject.fileName, mode: t(`sheets.${subject.mode}`) })}
          </span>
        }
      >
        <div className="overflow-x-auto">
          <Segments
            label={t('sheets.kinds')}
            value={kind}
            options={kinds.map((one) => ({
              value: one,
              text: t(`sheets.kind.${one}`),
              count: countOf(plan, one),
            }))}
            onChange={(next) =>
              setSearch({ kind: next }, { replace: true, preventScrollReset: true })
            }
          />
        </div>
        {kind === 'error' ? (
          <ErrorPanel plan={plan} />
        ) : (
          <PlanRows key={kind} planId={plan.id} kind={kind} />
        )}
        {counts.warnings > 0 ? <WarningPanel plan={plan} /> : null}
      </Section>
      <ImportCommit plan={plan} subject={subject} />
    </div>
  );
}

/** In the order in which they need a person. */
const shownKinds: readonly PlanEntryKind[] = [
  'error',
  'removed',
  'added',
  'changed',
  'unchanged',
  'skipped',
  'refused',
];

const countOf = ({ counts }: Plan, kind: PlanEntryKind) =>
  kind === 'error' ? counts.errors : counts[kind];

const fullestOf = (plan: Plan) => shownKinds.find((kind) => countOf(plan, kind) > 0);
