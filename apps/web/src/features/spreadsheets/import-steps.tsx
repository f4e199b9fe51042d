import { useTranslation } from 'react-i18next';

const steps = ['file', 'mode', 'check', 'import'] as const;
type ImportStep = (typeof steps)[number];

/** Where one is between choosing a file and having it imported. */
export function ImportSteps({ current }: { current: ImportStep | 'done' }) {
  const { t } = useTranslation();
  const at = current === 'done' ? steps.length : steps.indexOf(current);
  return (
    <nav aria-label={t('sheets.steps')} className="mb-6">
      <ol className="flex flex-wrap items-center gap-x-2 gap-y-1 touch:grid touch:grid-cols-4">
        {steps.map((step, index) => (
          <li
            key={step}
            aria-current={index === at ? 'step' : undefined}
            className={`flex items-center gap-2 touch:grid touch:justify-items-start touch:gap-1 ${index === at ? 'font-semibold text-ink' : 'text-ink-2'}`}
          >
            {index > 0 ? (
              <span aria-hidden className="h-px w-6 bg-line-strong touch:hidden" />
            ) : null}
            <span
              aria-hidden
              className={`tnum grid size-5.5 place-items-center rounded-full border text-[0.75rem] font-[550] ${signShape(index, at)}`}
            >
              {index < at ? '✓' : index + 1}
            </span>
            <span>{t(`sheets.step.${step}`)}</span>
            {index < at ? <span className="sr-only">{t('sheets.stepDone')}</span> : null}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function signShape(index: number, at: number): string {
  if (index === at) return 'border-accent bg-accent text-on-accent';
  return index < at ? 'border-accent text-accent-ink' : 'border-line-strong text-ink-2';
}
