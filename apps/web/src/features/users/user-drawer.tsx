import type { User } from '@cmp/shared/users';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CopyButton } from '#components/copy-button.tsx';
import { DeletedNote } from '#components/deleted-note.tsx';
import { Drawer } from '#components/drawer.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { TermRunway } from '#components/term-runway.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { ApiError } from '#lib/api-error.ts';
import { useCan } from '#lib/session.ts';
import { useSiteClock } from '#lib/term.ts';
import { narrowScreen, useMedia } from '#lib/use-media.ts';
import { QuickRenew } from './quick-renew.tsx';
import type { UserWrites } from './use-user-writes.ts';
import { UserEditForm } from './user-edit-form.tsx';
import { UserFacts } from './user-facts.tsx';
import { UserHistory } from './user-history.tsx';
import { sentenceOf, userAsText } from './user-in-words.ts';
import { userById, windowsKey } from './users.queries.ts';

interface UserDrawerProps {
  userId: number;
  writes: UserWrites;
  onClose: () => void;
}

/** One user whole: how the term stands, what can be altered, and what was. */
export function UserDrawer({ userId, writes, onClose }: UserDrawerProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const isNarrow = useMedia(narrowScreen);
  const {
    data: user,
    error,
    refetch,
  } = useQuery({
    ...userById(userId),
    placeholderData: () => listedUser(queries, userId),
  });

  if (user) {
    return (
      <Drawer
        label={t('users.drawer', { name: user.accountName })}
        title={<span translate="no">{user.accountName}</span>}
        lead={<OnServer user={user} />}
        takesFocus={isNarrow}
        onClose={onClose}
      >
        <UserParts key={user.id} user={user} writes={writes} onClose={onClose} />
      </Drawer>
    );
  }
  const isGone = error instanceof ApiError && error.code === 'not_found';
  return (
    <Drawer
      label={t('users.title')}
      title={isGone ? t('users.gone') : ' '}
      takesFocus={isNarrow}
      onClose={onClose}
    >
      {isGone ? <DeletedNote table="users" rowId={userId} otherwise={t('users.goneText')} /> : null}
      {error && !isGone ? <FailureNote error={error} onRetry={() => void refetch()} /> : null}
      {error ? null : <SkeletonForm fields={6} />}
    </Drawer>
  );
}

function OnServer({ user }: { user: User }) {
  return (
    <Link
      to={`/servers/${user.serverId}`}
      translate="no"
      className="hover:text-ink hover:underline"
    >
      {user.serverName}
    </Link>
  );
}

function UserParts({ user, writes, onClose }: { user: User } & Omit<UserDrawerProps, 'userId'>) {
  const { t } = useTranslation();
  const can = useCan();
  const clock = useSiteClock();
  const term = clock.termOf(user.expiresOn);
  const mayUpdate = can('users:update', user.serverId);

  return (
    <div className="grid gap-6">
      <section className="grid gap-2.5">
        <p aria-live="polite" className="font-[550]">
          {sentenceOf(user, clock)}
        </p>
        <TermRunway
          status={user.status}
          share={term.share}
          label={user.status === 'disabled' ? t('term.disabled') : term.spoken}
          className="w-full"
        />
        {can('users:extend', user.serverId) ? <QuickRenew user={user} writes={writes} /> : null}
      </section>
      {mayUpdate ? (
        <UserEditForm user={user} />
      ) : (
        <>
          <UserFacts user={user} />
          <p className="text-ink-2">{t('users.viewOnly', { server: user.serverName })}</p>
        </>
      )}
      {can('changes:list', user.serverId) ? <UserHistory userId={user.id} /> : null}
      <footer className="flex flex-wrap gap-2 border-line border-t pt-4">
        <CopyButton text={userAsText(user)} label={t('users.copyText')} />
        {can('users:delete', user.serverId) ? (
          <WriteButton
            tone="danger"
            className="ml-auto"
            onClick={() => {
              writes.remove(user);
              onClose();
            }}
          >
            {t('users.remove')}
          </WriteButton>
        ) : null}
      </footer>
    </div>
  );
}

/** The user as a list already told of it. */
function listedUser(queries: ReturnType<typeof useQueryClient>, userId: number): User | undefined {
  const lists = queries.getQueriesData<{ items: User[] }>({ queryKey: windowsKey });
  for (const [, list] of lists) {
    const user = list?.items.find(({ id }) => id === userId);
    if (user) return user;
  }
  return undefined;
}
