import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { RestorePlan } from '#features/snapshots/restore-plan.tsx';
import { RestoreStart } from '#features/snapshots/restore-start.tsx';

/** From the choice of a snapshot to its being restored; where it is, the address says. */
export function RestorePage() {
  const { t } = useTranslation();
  const params = useParams();
  const planId = Number(params.planId);
  return (
    <>
      <PageHeader title={t('snapshots.restoreTitle')} lead={t('snapshots.restoreLead')} />
      <Panel key={planId} skeleton={<SkeletonForm fields={3} />}>
        {params.planId === undefined ? <RestoreStart /> : <RestorePlan planId={planId} />}
      </Panel>
    </>
  );
}

export { RestorePage as Component };
