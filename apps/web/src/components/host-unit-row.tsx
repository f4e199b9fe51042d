import type { HostUnit } from '@cmp/shared/host';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { explain } from '#lib/explain.ts';
import { actOf, awaitUnit, beginAct, hasFailed, isMoving } from '#lib/host.ts';
import '#lib/host-words.ts';
import { useMay } from '#lib/session.ts';
import { Ago } from './ago.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { StatusWord } from './status-word.tsx';
import { WriteButton } from './write-button.tsx';

interface HostUnitRowProps {
  unit: HostUnit;
  /** Told when an act has run, well or not. */
  onRun?: () => void;
}

/** A service of the machine: how it fares, and what an admin may have done to it. */
export function HostUnitRow({ unit, onRun }: HostUnitRowProps) {
  const { t } = useTranslation();
  const may = useMay();
  const act = actOf[unit.name];
  const [isAsking, setAsking] = useState(false);
  const begin = useMutation(beginAct(act));
  const running = useMutation(awaitUnit);

  function close() {
    setAsking(false);
    begin.reset();
  }

  async function give(password: string) {
    try {
      await begin.mutateAsync(password);
    } catch {
      return; // Said beside the field.
    }
    close();
    const after = await running.mutateAsync(unit);
    if (!after) toast.error(t('host.late'));
    else if (hasFailed(after)) toast.error(t(`host.acts.${act}.failed`));
    else toast(t(`host.acts.${act}.done`));
    onRun?.();
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[8.5rem_6.5rem_minmax(0,1fr)_auto] sm:items-baseline">
      <span className="font-[550]">{t(`host.unit.${unit.name}`)}</span>
      <span role="status">
        {running.isPending ? (
          <StatusWord status="off">{t(`host.acts.${act}.going`)}</StatusWord>
        ) : (
          <Standing unit={unit} />
        )}
      </span>
      <UnitFacts unit={unit} />
      {may(`host:${act}`) ? (
        <WriteButton
          className="justify-self-end max-sm:col-start-2 max-sm:row-span-2 max-sm:row-start-1 max-sm:self-center"
          disabled={running.isPending || isMoving(unit)}
          aria-label={`${t(`host.unit.${unit.name}`)}: ${t(`host.acts.${act}.button`)}`}
          onClick={() => setAsking(true)}
        >
          {t(`host.acts.${act}.button`)}
        </WriteButton>
      ) : null}
      {isAsking ? (
        <PasswordDialog
          title={t(`host.acts.${act}.title`)}
          text={t(`host.acts.${act}.text`)}
          action={t(`host.acts.${act}.action`)}
          pending={begin.isPending}
          error={begin.error ? explain(begin.error) : undefined}
          onGive={(password) => void give(password)}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

function Standing({ unit }: { unit: HostUnit }) {
  const { t } = useTranslation();
  if (hasFailed(unit)) return <StatusWord status="expired">{t('host.state.failed')}</StatusWord>;
  const isRenewal = unit.name === 'cmp-certificate-renew';
  const isStill = unit.state === 'inactive';
  if (isRenewal && isStill && unit.since === null)
    return <StatusWord status="off">{t('host.renewalState.never')}</StatusWord>;
  if (isRenewal && isStill)
    return <StatusWord status="active">{t('host.renewalState.done')}</StatusWord>;
  if (isRenewal) return <StatusWord status="off">{t('host.renewalState.going')}</StatusWord>;
  return (
    <StatusWord status={unit.state === 'active' ? 'active' : 'off'}>
      {t(`host.state.${unit.state}`)}
    </StatusWord>
  );
}

function UnitFacts({ unit }: { unit: HostUnit }) {
  const { t } = useTranslation();
  const isRenewal = unit.name === 'cmp-certificate-renew';
  return (
    <div className="grid min-w-0 content-start gap-1 max-sm:col-span-2">
      {hasFailed(unit) ? (
        <p>
          {t('host.failedBy', { result: unit.result })}{' '}
          <code translate="no" className="whitespace-nowrap font-mono text-[0.8125rem]">
            {`journalctl -u ${unit.name}`}
          </code>
        </p>
      ) : null}
      <p className="tnum flex flex-wrap gap-x-5 gap-y-0.5 text-label font-normal text-ink-2">
        <span translate="no" className="font-mono">
          {unit.name}
        </span>
        {unit.since === null ? null : (
          <span className="flex gap-1.5">
            <span className="text-ink-3">{t(isRenewal ? 'host.lastRun' : 'host.since')}</span>
            <Ago at={unit.since} />
          </span>
        )}
      </p>
    </div>
  );
}
