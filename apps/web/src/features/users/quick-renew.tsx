import { extend } from '@cmp/shared/renewal';
import type { User } from '@cmp/shared/users';
import { useTranslation } from 'react-i18next';
import { WriteButton } from '#components/write-button.tsx';
import { mediumDate, useSiteClock } from '#lib/term.ts';
import type { UserWrites } from './use-user-writes.ts';

const steps = [1, 3, 6, 12] as const;

/** A term lengthened by a press; each says to when. */
export function QuickRenew({ user, writes }: { user: User; writes: UserWrites }) {
  const { t } = useTranslation();
  const { today } = useSiteClock();
  if (user.expiresOn === null) return <p className="text-ink-3">{t('users.renewNever')}</p>;
  return (
    <fieldset className="grid grid-cols-4 gap-2" aria-label={t('users.renew')}>
      {steps.map((months) => {
        const until = mediumDate(extend(user.expiresOn, months, today) ?? today);
        return (
          <WriteButton
            key={months}
            className="h-auto! flex-col gap-0! py-1.5 touch:px-1!"
            onClick={({ detail }) => {
              // The second press of a double click is no second wish.
              if (detail <= 1) writes.extend(user, months);
            }}
          >
            <span>
              {months === 12 ? t('users.renewYear') : t('users.renewMonths', { count: months })}
            </span>
            <span translate="no" className="tnum text-[0.75rem] font-normal text-ink-3 leading-4">
              {until}
            </span>
          </WriteButton>
        );
      })}
    </fieldset>
  );
}
