import { workbookLimits } from '@cmp/shared/workbook';
import { FileSpreadsheet } from 'lucide-react';
import { type FileRejection, useDropzone } from 'react-dropzone';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';

interface FileDropProps {
  file: File | undefined;
  onChoose: (file: File) => void;
}

/** A place to drop a file on, with a button for those who do not drag. */
export function FileDrop({ file, onChoose }: FileDropProps) {
  const { t } = useTranslation();
  const drop = useDropzone({
    accept: accepted,
    maxSize: workbookLimits.bytes,
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDropAccepted: ([first]) => {
      if (first) onChoose(first);
    },
  });
  const [rejected] = drop.fileRejections;

  return (
    <div className="grid gap-2">
      <div
        {...drop.getRootProps()}
        className={`grid justify-items-start gap-3 rounded-panel border border-dashed px-5 py-6 transition-colors ${drop.isDragActive ? 'border-accent bg-accent-wash' : 'border-line-strong bg-surface'} ${file ? '' : 'touch:border-0 touch:bg-transparent touch:p-0'}`}
      >
        {file ? (
          <p className="flex max-w-full items-center gap-2.5">
            <FileSpreadsheet aria-hidden size={20} className="shrink-0 text-ink-3" />
            <span className="sr-only">{t('sheets.chosen')}</span>
            <span translate="no" className="min-w-0 wrap-anywhere font-semibold">
              {file.name}
            </span>
            <span className="tnum shrink-0 text-ink-2">
              {t('sheets.size', { size: Math.max(1, Math.round(file.size / 1000)) })}
            </span>
          </p>
        ) : (
          <p className="text-ink-2 touch:hidden">{t('sheets.drop')}</p>
        )}
        <div>
          <Button tone={file ? 'plain' : 'primary'} onClick={drop.open}>
            {t(file ? 'sheets.chooseAnother' : 'sheets.choose')}
          </Button>
          <input {...drop.getInputProps({ 'aria-label': t('sheets.choose'), tabIndex: -1 })} />
        </div>
      </div>
      {rejected ? (
        <p role="alert" className="text-danger">
          {t(reasonOf(rejected, drop.fileRejections.length))}
        </p>
      ) : null}
    </div>
  );
}

/** Some systems call a CSV plain text. The API looks into the file itself. */
const accepted = {
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['.xlsx'],
  'text/csv': ['.csv'],
  'text/tab-separated-values': ['.tsv'],
  'text/plain': ['.txt'],
};

function reasonOf({ errors }: FileRejection, count: number) {
  const codes = errors.map(({ code }) => String(code));
  if (codes.includes('file-too-large')) return 'sheets.rejectSize';
  return count > 1 || codes.includes('too-many-files') ? 'sheets.rejectMany' : 'sheets.rejectType';
}
