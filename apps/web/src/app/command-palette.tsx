import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Keys } from '#components/key.tsx';
import { useSession } from '#lib/session.ts';
import { keepRecent } from './palette-recents.ts';
import { type Group, type PaletteEntry, usePaletteEntries } from './use-palette-entries.ts';

interface CommandPaletteProps {
  onClose: () => void;
  onShortcuts: () => void;
}

/** Finds anything and goes there, by keys alone. The focus stays in the field; the choice moves. */
export default function CommandPalette({ onClose, onShortcuts }: CommandPaletteProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { account } = useSession();
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [chosenId, choose] = useState<string>();
  const { entries, isSearching, failure } = usePaletteEntries(typed, onShortcuts);
  const chosen = entries.find(({ id }) => id === chosenId) ?? entries[0];
  const optionId = ({ id }: PaletteEntry) => `${listId}-${id.replaceAll(' ', '-')}`;

  function open(entry: PaletteEntry) {
    onClose();
    if (entry.act) entry.act();
    if (entry.to === undefined) return;
    const { to, text, detail, isName } = entry;
    if (isName) keepRecent(account.id, { to, text, ...(detail !== undefined && { detail }) });
    void navigate(to);
  }

  function moveTo(entry: PaletteEntry | undefined) {
    if (!entry) return;
    choose(entry.id);
    document.getElementById(optionId(entry))?.scrollIntoView({ block: 'nearest' });
  }

  function onKeyDown(event: KeyboardEvent) {
    const at = chosen ? entries.indexOf(chosen) : -1;
    const last = entries.length - 1;
    const next = {
      ArrowDown: at < last ? at + 1 : 0,
      ArrowUp: at > 0 ? at - 1 : last,
      PageDown: Math.min(last, at + 5),
      PageUp: Math.max(0, at - 5),
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      moveTo(entries[next]);
    }
    // While an input method composes, Enter ends the composing.
    if (event.key === 'Enter' && !event.nativeEvent.isComposing && chosen) {
      event.preventDefault();
      open(chosen);
    }
  }

  const isEmpty = entries.length === 0 && !isSearching && typed.trim() !== '';
  return (
    <Dialog.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#0a1820]/40 transition-opacity duration-[120ms] data-starting-style:opacity-0 dark:bg-[#02070a]/70" />
        <Dialog.Popup className="fixed top-[10vh] left-1/2 z-50 flex max-h-[76vh] w-[min(38rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-dialog border border-line bg-raised text-body shadow-float transition-opacity duration-[120ms] data-starting-style:opacity-0 touch:top-2 touch:max-h-[calc(100dvh-1rem)] touch:w-[calc(100vw-1rem)]">
          <Dialog.Title className="sr-only">{t('palette.title')}</Dialog.Title>
          <div className="flex items-center gap-3 border-line border-b px-4">
            <Search aria-hidden size={16} className="shrink-0 text-ink-3" />
            <input
              role="combobox"
              aria-label={t('palette.title')}
              aria-expanded={entries.length > 0}
              aria-controls={listId}
              aria-autocomplete="list"
              aria-activedescendant={chosen ? optionId(chosen) : undefined}
              autoComplete="off"
              spellCheck={false}
              enterKeyHint="go"
              value={typed}
              placeholder={t('palette.placeholder')}
              onChange={({ target }) => {
                setTyped(target.value);
                choose(undefined);
              }}
              onKeyDown={onKeyDown}
              className="h-12 w-full min-w-0 bg-transparent text-[1rem] outline-none placeholder:text-ink-3"
            />
            {isSearching ? (
              <span className="shrink-0 text-ink-3 text-label">{t('palette.searching')}</span>
            ) : null}
          </div>
          <div
            id={listId}
            role="listbox"
            aria-label={t('palette.title')}
            tabIndex={-1}
            className="min-h-0 flex-1 overflow-y-auto p-1.5 empty:hidden"
          >
            {grouped(entries).map(({ group, items }) => (
              <div key={group} role="group" aria-label={t(`palette.group.${group}`)}>
                <p aria-hidden className="px-2.5 pt-2 pb-1 text-ink-3 text-label">
                  {t(`palette.group.${group}`)}
                </p>
                {items.map((entry) => (
                  <Option
                    key={entry.id}
                    id={optionId(entry)}
                    entry={entry}
                    isChosen={entry === chosen}
                    onPoint={() => choose(entry.id)}
                    onOpen={() => open(entry)}
                  />
                ))}
              </div>
            ))}
          </div>
          {failure ? (
            <p role="alert" className="px-4 py-2 text-danger">
              {failure}
            </p>
          ) : null}
          {isEmpty ? (
            <p className="px-4 py-5 text-ink-2">{t('palette.none', { query: typed.trim() })}</p>
          ) : null}
          <p role="status" className="sr-only">
            {typed.trim() === '' || isSearching
              ? ''
              : t('palette.results', { count: entries.length })}
          </p>
          <p
            aria-hidden
            className="flex gap-4 border-line border-t px-4 py-2 text-ink-3 text-label font-normal touch:hidden"
          >
            <span>
              <Keys keys={['↑', '↓']} /> {t('palette.hintMove')}
            </span>
            <span>
              <Keys keys={['↵']} /> {t('palette.hintOpen')}
            </span>
            <span>
              <Keys keys={['Esc']} /> {t('palette.hintClose')}
            </span>
          </p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface OptionProps {
  id: string;
  entry: PaletteEntry;
  isChosen: boolean;
  onPoint: () => void;
  onOpen: () => void;
}

/** Pressed by Enter in the field, or by a pointer; it takes no focus of its own. */
function Option({ id, entry, isChosen, onPoint, onOpen }: OptionProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      tabIndex={-1}
      onMouseMove={isChosen ? undefined : onPoint}
      onClick={onOpen}
      className={`flex min-h-9 cursor-pointer items-center justify-between gap-4 rounded-tag px-2.5 touch:min-h-11 ${isChosen ? 'bg-accent-wash text-accent-ink' : ''}`}
    >
      <span translate={entry.isName ? 'no' : undefined} className="truncate font-[550]">
        {entry.text}
      </span>
      {entry.detail ? (
        <span
          translate="no"
          className={`shrink-0 truncate text-[0.8125rem] ${isChosen ? 'text-accent-ink' : 'text-ink-3'}`}
        >
          {entry.detail}
        </span>
      ) : null}
    </div>
  );
}

function grouped(entries: readonly PaletteEntry[]): { group: Group; items: PaletteEntry[] }[] {
  const groups = Map.groupBy(entries, ({ group }) => group);
  return [...groups].map(([group, items]) => ({ group, items }));
}
