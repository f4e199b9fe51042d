import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { Button } from '#components/button.tsx';
import { Section } from '#components/section.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { useCan } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';
import { useStore } from '#lib/store.ts';
import { chosenFile, fileChosenFor } from './chosen-file.ts';
import { FailureNotice } from './failure-notice.tsx';
import { FileDrop } from './file-drop.tsx';
import { fileFailureOf } from './file-failure.ts';
import { ImportSteps } from './import-steps.tsx';
import { ModeChoice } from './mode-choice.tsx';
import { saveSheet, startImport, templateOf } from './spreadsheets.queries.ts';

/** The first two steps: which file, and what it means. Its mode is in the address. */
export function ImportStart({ serverId }: { serverId: number }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { timeZone } = useSuspenseQuery(siteQuery).data;
  const file = fileChosenFor(useStore(chosenFile), serverId);
  // What a file does not name, a mirror deletes.
  const mayMirror = useCan()('users:delete', serverId);
  const [search, setSearch] = useSearchParams();
  const mode = search.get('mode') === 'mirror' && mayMirror ? 'mirror' : 'merge';
  const upload = useMutation(startImport);
  const template = useMutation(saveSheet);

  function choose(chosen: File) {
    upload.reset();
    chosenFile.set({ serverId, file: chosen });
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (!file) return;
    upload.mutate(
      { serverId, mode, file },
      { onSuccess: ({ id }) => void navigate(`/servers/${serverId}/import/${id}`) },
    );
  }

  return (
    <form className="grid max-w-[720px] gap-8" onSubmit={onSubmit}>
      <div>
        <ImportSteps current={file ? 'mode' : 'file'} />
        <Section title={t('sheets.fileTitle')} text={t('sheets.fileText')}>
          <FileDrop file={file} onChoose={choose} />
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Button
              disabled={template.isPending}
              onClick={() => template.mutate(templateOf(serverId))}
            >
              <Download aria-hidden size={14} />
              {t('sheets.getTemplate')}
            </Button>
            <p className="text-ink-2">{t('sheets.readAs', { zone: timeZone })}</p>
          </div>
        </Section>
      </div>
      {file ? (
        <Section title={t('sheets.modeTitle')}>
          <ModeChoice
            mode={mode}
            mayMirror={mayMirror}
            onChoose={(next) =>
              setSearch(next === 'mirror' ? { mode: next } : {}, {
                replace: true,
                preventScrollReset: true,
              })
            }
          />
        </Section>
      ) : null}
      {upload.error ? (
        <FailureNotice title={t('sheets.failedTitle')} failure={fileFailureOf(upload.error)} />
      ) : null}
      {file ? (
        <div>
          <SubmitButton pending={upload.isPending} pendingLabel={t('sheets.checking')}>
            {t('sheets.check')}
          </SubmitButton>
        </div>
      ) : null}
    </form>
  );
}
