import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { connection } from '#lib/connection.ts';
import { explain } from '#lib/explain.ts';
import { useStore } from '#lib/store.ts';
import { latestOffer, type Undone, undoChange } from '#lib/undo.ts';

/** Says what was done, and takes it back for ten seconds more. Without a change there is nothing to take back. */
export function offerUndo(message: string, changeId: number | undefined): void {
  if (changeId === undefined) {
    toast(message);
    return;
  }
  toast.custom((id) => <UndoToast toastId={id} message={message} changeId={changeId} />, {
    duration: Number.POSITIVE_INFINITY,
  });
}

interface UndoToastProps {
  toastId: string | number;
  message: string;
  changeId: number;
}

type State = { step: 'offered' } | { step: 'undoing' } | { step: 'told'; text: string };

const shownMs = 10_000;
const toldMs = 4_000;
const tickMs = 100;

function UndoToast({ toastId, message, changeId }: UndoToastProps) {
  const { t } = useTranslation();
  const [state, setState] = useState<State>({ step: 'offered' });
  const [held, hold] = useState(false);
  const offered = state.step === 'offered';
  const { online } = useStore(connection);

  async function undo() {
    setState({ step: 'undoing' });
    try {
      setState({ step: 'told', text: inWords(await undoChange(changeId)) });
    } catch (error) {
      setState({ step: 'told', text: t('undo.failed', { reason: explain(error) }) });
    }
  }

  function inWords(undone: Undone): string {
    if (undone.kind === 'all') return t('undo.done');
    if (undone.kind === 'none') return t('undo.none');
    return t('undo.some', { count: undone.kept });
  }

  useOffer(offered, undo);
  useLeaving(state.step !== 'undoing' && !held, offered ? shownMs : toldMs, state.step, () =>
    toast.dismiss(toastId),
  );

  return (
    <fieldset
      aria-label={t('undo.label')}
      onMouseEnter={() => hold(true)}
      onMouseLeave={() => hold(false)}
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
      className="relative flex min-h-12 w-[356px] max-w-[calc(100vw-2rem)] items-center justify-between gap-4 overflow-hidden rounded-bar bg-ink py-2 pr-2 pl-4 text-body text-canvas shadow-float"
    >
      <p role="status" className="min-w-0 text-balance">
        {state.step === 'told' ? state.text : message}
      </p>
      {state.step === 'told' ? null : (
        <button
          type="button"
          disabled={!offered || !online}
          onClick={() => void undo()}
          className="h-8 shrink-0 rounded-control bg-canvas px-3 font-[550] text-ink hover:opacity-90 focus-visible:outline-canvas disabled:opacity-60 touch:h-11"
        >
          {t('undo.action')}
        </button>
      )}
      {offered ? (
        <span
          aria-hidden
          className="undo-runway"
          style={{ animationPlayState: held ? 'paused' : 'running' }}
        />
      ) : null}
    </fieldset>
  );
}

/** The newest offer is the one Ctrl+Z takes. */
function useOffer(offered: boolean, undo: () => Promise<void>): void {
  const onUndo = useEffectEvent(() => void undo());
  useEffect(() => {
    if (!offered) return;
    const offer = () => onUndo();
    latestOffer.set(offer);
    return () => {
      if (latestOffer.get() === offer) latestOffer.set(undefined);
    };
  }, [offered]);
}

/** Leaves after so long, not counting the time it is pointed at. */
function useLeaving(running: boolean, forMs: number, step: State['step'], leave: () => void): void {
  const [spent, setSpent] = useState({ step, ms: 0 });
  const onTick = useEffectEvent(() => {
    const ms = (spent.step === step ? spent.ms : 0) + tickMs;
    setSpent({ step, ms });
    if (ms >= forMs) leave();
  });
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => onTick(), tickMs);
    return () => clearInterval(timer);
  }, [running]);
}
