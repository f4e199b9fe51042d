import { useTranslation } from 'react-i18next';
import { isKey } from '#lib/is-key.ts';
import { en } from '#locales/en.ts';
import type { IssueGroup } from './issue-groups.ts';

const rowsNamed = 12;
const foundNamed = 5;

/** What is wrong, one kind after the other: in which rows, what was found, what is accepted. */
export function IssueList({ groups, sign }: { groups: readonly IssueGroup[]; sign: '✕' | '▲' }) {
  const { t } = useTranslation();
  const acceptedOf = useAccepted();
  const ink = sign === '✕' ? 'text-expired-ink' : 'text-soon-ink';
  return (
    <ul className="rounded-panel border border-line bg-surface px-4">
      {groups.map((group) => (
        <li
          key={`${group.column} ${group.code}`}
          className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2 border-line border-b py-3 last:border-b-0"
        >
          <span aria-hidden className={ink}>
            {sign}
          </span>
          <div className="grid gap-1">
            <p>
              <span translate="no" className="font-mono text-[0.8125rem] font-semibold">
                {group.column}
              </span>{' '}
              {t(`sheets.issue.${isKey(en.sheets.issue, group.code) ? group.code : 'other'}`)}
              <span className="tnum text-ink-2">
                {'\u00a0· '}
                {t('sheets.inRows', { count: group.rows.length, rows: rowsInWords(group.rows) })}
              </span>
            </p>
            <Found group={group} />
            <p className="text-ink-2">{t('sheets.accepted', { accepted: acceptedOf(group) })}</p>
          </div>
        </li>
      ))}
    </ul>
  );

  function rowsInWords(rows: readonly number[]): string {
    const named = rows.slice(0, rowsNamed).join(', ');
    const more = rows.length - rowsNamed;
    return more > 0 ? t('sheets.andMore', { rows: named, count: more }) : named;
  }
}

function Found({ group }: { group: IssueGroup }) {
  const { t } = useTranslation();
  const found = group.found.filter(({ text }) => text !== '').slice(0, foundNamed);
  if (found.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1">
      {found.map(({ text, suggestion }) => (
        <li key={text} className="min-w-0">
          <span className="sr-only">{t('sheets.found')} </span>
          <span
            translate="no"
            className="break-all rounded-check bg-sunken px-1.5 font-mono text-[0.8125rem]"
          >
            {text}
          </span>
          {suggestion === null || suggestion === text ? null : (
            <span className="text-ink-2"> {t('sheets.perhaps', { suggestion })}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What a column accepts, in the panel's words; what the panel has no words for, in the API's. */
function useAccepted(): (group: IssueGroup) => string {
  const { t } = useTranslation();
  return ({ code, column, accepted }) => {
    if (code === 'unknown_service') return t('sheets.acceptOneOf', { names: accepted });
    if (code === 'too_long' && isKey(mostCharacters, column))
      return t('sheets.acceptLength', { count: mostCharacters[column] });
    if (isKey(en.sheets.acceptNumber, column) && isKey(numberIssues, code))
      return t(`sheets.acceptNumber.${column}`);
    return isKey(en.sheets.accept, code) ? t(`sheets.accept.${code}`) : accepted;
  };
}

const mostCharacters = { account_name: 80, service_type: 40, contact: 200, remark: 1000 };
const numberIssues = { not_a_number: true, out_of_range: true };
