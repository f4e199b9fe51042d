import type { AuditEntry } from '@cmp/shared/changes';
import { Trans, useTranslation } from 'react-i18next';
import { isKey } from '#lib/is-key.ts';
import { en } from '#locales/en.ts';
import type { Act } from './audit-days.ts';
import { useChangeWords } from './change-words.ts';
import { diffOf, type Fate, fateOf } from './entry-diff.ts';

/** An act as a sentence: who did what to which row on which server. */
export function ChangeSentence({ act, rowCount }: { act: Act; rowCount: string }) {
  const { t } = useTranslation();
  const words = useChangeWords();
  const { first } = act;
  return (
    <Trans
      i18nKey={`audit.said.${sentenceOf(act)}`}
      components={{
        who: <Who entry={first} />,
        thing: <Thing entry={mainEntry(act)} />,
        where: <Name text={first.serverName} />,
        field: <Fields entry={first} />,
        act: <Plain text={words.actionName(first.action)} />,
        count: <Plain text={rowCount} />,
        months: <Plain text={t('audit.months', { count: first.months ?? 0 })} />,
      }}
    />
  );
}

type Sentence = keyof typeof en.audit.said;

/** Which sentence tells an act: by its action where that has one, else by what became of its rows. */
export function sentenceOf(act: Act): Sentence {
  const { first, entries } = act;
  // An act that altered no row.
  if (first.table === 'changes') return 'did';
  const own = sentenceOfAction[first.action];
  if (own === 'extended' && first.months !== null && first.serverName !== null) return 'extendedBy';
  if (first.action.startsWith('telegram:')) return sentenceOfChat[fateOf(first)];
  if (own && (!needsServer.has(own) || first.serverName !== null)) return own;
  if (first.action === 'servers:delete' && entries.length > 1) return 'goneWithUsers';
  const isOnServer = first.table === 'users' && first.serverName !== null;
  if (entries.length > 1) return isOnServer ? 'manyOn' : 'many';
  return isOnServer ? `${fateOf(first)}On` : fateOf(first);
}

const sentenceOfAction: Record<string, Exclude<Sentence, Fate>> = {
  'users:extend': 'extended',
  'users:transfer': 'moved',
  'users:import': 'imported',
  'servers:reorder': 'reordered',
  'changes:undo': 'undid',
  'accounts:reset-password': 'password',
  'profile:password': 'ownPassword',
  'profile:update': 'ownDetails',
  'notifications:update': 'ownNotifications',
  'grants:update': 'altered',
  'settings:update': 'altered',
  setup: 'setUp',
  seed: 'seeded',
};

/** A chat comes by being linked. */
const sentenceOfChat: Record<Fate, Sentence> = {
  added: 'chatLinked',
  gone: 'chatUnlinked',
  back: 'chatLinked',
  changed: 'changed',
};

const needsServer: ReadonlySet<Sentence> = new Set(['extended', 'moved', 'imported']);

/** A server is deleted with its users; the sentence is about the server. */
function mainEntry({ first, entries }: Act): AuditEntry {
  return entries.find(({ table }) => table === 'servers') ?? first;
}

function Who({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  return entry.accountName ? (
    <Name text={entry.accountName} />
  ) : (
    <strong className="font-semibold">{t('audit.nobody')}</strong>
  );
}

/** The row by its name, with the word for what it is. */
export function Thing({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const kind = isKey(en.audit.thing, entry.table) ? entry.table : 'other';
  const name = entry.rowName ? (
    <Name text={entry.rowName} />
  ) : (
    <strong className="font-semibold">{t('audit.noName', { id: entry.rowId })}</strong>
  );
  return <Trans i18nKey={`audit.thing.${kind}`} components={{ name }} />;
}

/** The fields that were changed, by their names; many of them only by how many. */
function Fields({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const words = useChangeWords();
  const fields = diffOf(entry).map(({ field }) => words.fieldName(field));
  const told = fields.length > 3 ? t('audit.fields', { count: fields.length }) : fields.join(', ');
  return <em>{told}</em>;
}

const Plain = ({ text }: { text: string }) => text;

/** What somebody named. By a property, since Trans puts its own children in. */
function Name({ text }: { text: string | null }) {
  return (
    <strong translate="no" className="wrap-anywhere font-semibold">
      {text}
    </strong>
  );
}
