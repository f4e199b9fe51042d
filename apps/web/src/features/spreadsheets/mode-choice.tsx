import { type ImportMode, importModes } from '@cmp/shared/workbook';
import { useTranslation } from 'react-i18next';
import { RadioList } from '#components/radio-list.tsx';

interface ModeChoiceProps {
  mode: ImportMode;
  mayMirror: boolean;
  onChoose: (mode: ImportMode) => void;
}

/** What becomes of the users that a file does not name. */
export function ModeChoice({ mode, mayMirror, onChoose }: ModeChoiceProps) {
  const { t } = useTranslation();
  return (
    <RadioList
      label={t('sheets.modeTitle')}
      value={mode}
      options={importModes.map((value) => {
        const disabled = value === 'mirror' && !mayMirror;
        const hint = t(disabled ? 'sheets.mirrorNotAllowed' : `sheets.${value}Hint`);
        return { value, text: t(`sheets.${value}`), hint, disabled };
      })}
      onChoose={onChoose}
    />
  );
}
