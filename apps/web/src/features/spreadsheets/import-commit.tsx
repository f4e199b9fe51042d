import type { Plan } from '@cmp/shared/changes';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Button, ButtonLink } from '#components/button.tsx';
import { Notice } from '#components/notice.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { TextField } from '#components/text-field.tsx';
import { ApiError } from '#lib/api-error.ts';
import { explain } from '#lib/explain.ts';
import { commitPlan, type ImportSubject, planById } from '#lib/plans.ts';
import { queryClient } from '#lib/query-client.ts';
import { useStore } from '#lib/store.ts';
import { chosenFile, fileChosenFor } from './chosen-file.ts';
import { commitChoiceOf } from './commit-choice.ts';
import { startImport } from './spreadsheets.queries.ts';

/** The step that does it. Where it deletes, the server's name is typed first. */
export function ImportCommit({ plan, subject }: { plan: Plan; subject: ImportSubject }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const commit = useMutation(commitPlan);
  const { serverId, serverName, mode } = subject;
  const choice = commitChoiceOf(plan.counts, mode);
  const back = `/servers/${serverId}/import?mode=${mode}`;

  if (choice.kind === 'nothing') {
    return (
      <div className="grid gap-4">
        <p className="max-w-[64ch] text-ink-2">{t(`sheets.${choice.because}`)}</p>
        <div>
          <ButtonLink to={back}>{t('sheets.back')}</ButtonLink>
        </div>
      </div>
    );
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    commit.mutate(
      { planId: plan.id, options: plan.counts.errors > 0 ? { skipErrors: true } : {} },
      { onSuccess: ({ plan: made }) => queryClient.setQueryData(planById(made.id).queryKey, made) },
    );
  }

  const words = choice.leavesOut > 0 ? 'sheets.commitValid' : 'sheets.commit';
  const isNamed = !choice.mustName || typed.trim() === serverName;
  return (
    <form className="grid max-w-[640px] gap-4" onSubmit={onSubmit}>
      {choice.mustName ? (
        <Notice tone="soon" title={t('sheets.confirmTitle', { count: plan.counts.removed })}>
          <p className="mb-3">{t('sheets.confirmText', { server: serverName })}</p>
          <TextField
            label={t('sheets.confirmLabel')}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setTyped(target.value)}
          />
        </Notice>
      ) : null}
      {commit.error ? <Refused error={commit.error} subject={subject} /> : null}
      {/* On a phone what goes on stands first, across the whole width. */}
      <div className="flex flex-wrap gap-2 touch:flex-wrap-reverse touch:*:grow">
        <ButtonLink to={back}>{t('sheets.back')}</ButtonLink>
        <SubmitButton
          pending={commit.isPending}
          pendingLabel={t('sheets.committing')}
          disabled={!isNamed}
        >
          {t(words, { count: choice.rows })}
        </SubmitButton>
      </div>
    </form>
  );
}

/** Where the users moved underneath, the file is read again; it is still at hand unless the page was loaded anew. */
function Refused({ error, subject }: { error: Error; subject: ImportSubject }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { serverId, mode } = subject;
  const file = fileChosenFor(useStore(chosenFile), serverId);
  const upload = useMutation(startImport);
  const moved = error instanceof ApiError && error.code === 'plan_moved';
  return (
    <Notice tone="danger" title={t(moved ? 'sheets.movedTitle' : 'sheets.notDone')}>
      <p>{explain(upload.error ?? error)}</p>
      {moved && file ? (
        <Button
          className="mt-2"
          disabled={upload.isPending}
          onClick={() =>
            upload.mutate(
              { serverId, mode, file },
              { onSuccess: ({ id }) => void navigate(`/servers/${serverId}/import/${id}`) },
            )
          }
        >
          {t('sheets.readAgain')}
        </Button>
      ) : null}
    </Notice>
  );
}
