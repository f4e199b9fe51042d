import { type ImportMode, importModes } from '@cmp/shared/workbook';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';

interface ModeChoiceProps {
  mode: ImportMode;
  mayMirror: boolean;
  onChoose: (mode: ImportMode) => void;
}

/** What becomes of the users that a file does not name. */
export function ModeChoice({ mode, mayMirror, onChoose }: ModeChoiceProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div
      role="radiogroup"
      aria-label={t('sheets.modeTitle')}
      className="rounded-panel border border-line bg-surface"
    >
      {importModes.map((option) => {
        const isClosed = option === 'mirror' && !mayMirror;
        return (
          <div
            key={option}
            className="flex items-start gap-3 border-line border-b px-4 py-3 last:border-b-0"
          >
            <input
              type="radio"
              id={`${id}-${option}`}
              name={id}
              checked={mode === option}
              disabled={isClosed}
              aria-describedby={`${id}-${option}-hint`}
              onChange={() => onChoose(option)}
              className="mt-0.5 size-4 shrink-0 cursor-pointer accent-accent touch:size-5"
            />
            <div className="grid">
              <label htmlFor={`${id}-${option}`} className="cursor-pointer font-[550]">
                {t(`sheets.${option}`)}
              </label>
              <p id={`${id}-${option}-hint`} className="text-ink-2">
                {t(isClosed ? 'sheets.mirrorNotAllowed' : `sheets.${option}Hint`)}
              </p>
            </div>
          </div>
        );
      })}
    </div>
  );
}
