import type { RestoreMode } from '@cmp/shared/snapshots';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { FileArchive } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useDropzone } from 'react-dropzone';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { Button } from '#components/button.tsx';
import { CheckField } from '#components/check-field.tsx';
import { Notice } from '#components/notice.tsx';
import { PasswordField } from '#components/password-field.tsx';
import { RadioList } from '#components/radio-list.tsx';
import { Section } from '#components/section.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { explain } from '#lib/explain.ts';
import { sizeInWords } from '#lib/size-in-words.ts';
import { momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { planRestore, type RestoreSource, snapshotList } from './snapshots.queries.ts';

const keys = ['passphrase', 'identity', 'recoveryKey'] as const;
const hintOf = {
  passphrase: undefined,
  identity: 'snapshots.identityHint',
  recoveryKey: 'snapshots.recoveryKeyHint',
} as const;

/** Which snapshot, and what it is to mean here. */
export function RestoreStart() {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const { data: snapshots } = useSuspenseQuery(snapshotList);
  const [file, choose] = useState<File>();
  const [mode, setMode] = useState<RestoreMode>('merge');
  const [overwriteNewer, setOverwriteNewer] = useState(false);
  const [trustForeign, setTrustForeign] = useState(false);
  const [given, give] = useState<Partial<Record<(typeof keys)[number], string>>>({});
  const plan = useMutation(planRestore);
  const chosen = snapshots.items.find(({ id }) => id === Number(search.get('snapshot')));
  const source = sourceOf(file, chosen?.id);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (!source) return;
    const filled = Object.fromEntries(Object.entries(given).filter(([, text]) => text));
    plan.mutate(
      { source, request: { mode, overwriteNewer, trustForeign, ...filled } },
      { onSuccess: ({ id }) => void navigate(`/snapshots/restore/${id}`) },
    );
  }

  return (
    <form className="grid max-w-[720px] gap-8" onSubmit={onSubmit}>
      <Section title={t('snapshots.source')} text={t('snapshots.sourceText')}>
        {chosen && !file ? (
          <p className="rounded-panel border border-line bg-surface px-4 py-3 font-semibold">
            {t('snapshots.chosenSnapshot', { when: momentInWords(chosen.createdAt, zone) })}
            <span className="tnum font-normal text-ink-2">{` · ${sizeInWords(chosen.bytes)}`}</span>
          </p>
        ) : null}
        <SnapshotDrop
          file={file}
          isFirst={source === undefined}
          onChoose={(next) => {
            choose(next);
            setSearch({}, { replace: true });
            plan.reset();
          }}
        />
      </Section>
      {source ? (
        <>
          <Section title={t('snapshots.modeTitle')}>
            <RadioList
              label={t('snapshots.modeTitle')}
              value={mode}
              options={(['merge', 'replace'] as const).map((value) => ({
                value,
                text: t(`snapshots.mode.${value}`),
                hint: t(`snapshots.mode.${value}Hint`),
              }))}
              onChoose={setMode}
            />
            {mode === 'merge' ? (
              <CheckField
                label={t('snapshots.overwriteNewer')}
                hint={t('snapshots.overwriteNewerHint')}
                checked={overwriteNewer}
                onChange={({ target }) => setOverwriteNewer(target.checked)}
              />
            ) : null}
          </Section>
          <Section title={t('snapshots.opening')}>
            <div className="grid gap-5">
              {keys.map((key) => {
                const hint = hintOf[key];
                return (
                  <PasswordField
                    key={key}
                    label={t(`snapshots.${key}`)}
                    hint={hint ? t(hint) : undefined}
                    autoComplete="new-password"
                    value={given[key] ?? ''}
                    onChange={({ target }) => give({ ...given, [key]: target.value })}
                  />
                );
              })}
              <CheckField
                label={t('snapshots.trustForeign')}
                checked={trustForeign}
                onChange={({ target }) => setTrustForeign(target.checked)}
              />
            </div>
          </Section>
          {plan.error ? (
            <Notice tone="danger" title={t('snapshots.notRead')}>
              {explain(plan.error)}
            </Notice>
          ) : null}
          <div>
            <SubmitButton pending={plan.isPending} pendingLabel={t('snapshots.looking')}>
              {t('snapshots.look')}
            </SubmitButton>
          </div>
        </>
      ) : null}
    </form>
  );
}

function sourceOf(
  file: File | undefined,
  snapshotId: number | undefined,
): RestoreSource | undefined {
  if (file) return { file };
  return snapshotId === undefined ? undefined : { snapshotId };
}

interface SnapshotDropProps {
  file: File | undefined;
  /** Whether nothing is chosen yet, so that this is the page's next step. */
  isFirst: boolean;
  onChoose: (file: File) => void;
}

function SnapshotDrop({ file, isFirst, onChoose }: SnapshotDropProps) {
  const { t } = useTranslation();
  const drop = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDropAccepted: ([first]) => {
      if (first) onChoose(first);
    },
  });
  return (
    <div
      {...drop.getRootProps()}
      className={`grid justify-items-start gap-3 rounded-panel border border-dashed px-5 py-6 transition-colors ${drop.isDragActive ? 'border-accent bg-accent-wash' : 'border-line-strong bg-surface'} ${file ? '' : 'touch:border-0 touch:bg-transparent touch:p-0'}`}
    >
      {file ? (
        <p className="flex max-w-full items-center gap-2.5">
          <FileArchive aria-hidden size={20} className="shrink-0 text-ink-3" />
          <span className="sr-only">{t('snapshots.chosen')}</span>
          <span translate="no" className="min-w-0 wrap-anywhere font-semibold">
            {file.name}
          </span>
          <span className="tnum shrink-0 text-ink-2">{sizeInWords(file.size)}</span>
        </p>
      ) : (
        <p className="text-ink-2 touch:hidden">{t('snapshots.drop')}</p>
      )}
      {/* The input takes no room of its own in the box. */}
      <div>
        <Button tone={isFirst && !file ? 'primary' : 'plain'} onClick={drop.open}>
          {t(file ? 'snapshots.chooseAnother' : 'snapshots.choose')}
        </Button>
        <input {...drop.getInputProps({ 'aria-label': t('snapshots.choose'), tabIndex: -1 })} />
      </div>
    </div>
  );
}
