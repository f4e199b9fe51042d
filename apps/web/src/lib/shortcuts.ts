import { useEffect } from 'react';
import { appearance } from './appearance.ts';

/** Keys pressed one after the other, as "g o" or "?", and what they do. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const sequenceMs = 900;

/** Listens for single keys while the component is shown. They never fire while someone types. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    let pressed: string | undefined;
    let forget: ReturnType<typeof setTimeout> | undefined;

    function onKeyDown(event: KeyboardEvent) {
      if (!appearance.get().shortcuts || isTyping(event) || hasModifier(event)) return;
      const sequence = pressed ? `${pressed} ${event.key}` : event.key;
      const act = shortcuts[sequence] ?? shortcuts[event.key];
      clearTimeout(forget);
      pressed = act ? undefined : event.key;
      forget = setTimeout(() => {
        pressed = undefined;
      }, sequenceMs);
      if (!act) return;
      event.preventDefault();
      act();
    }

    document.addEventListener('keydown', onKeyDown);
    return () => {
      clearTimeout(forget);
      document.removeEventListener('keydown', onKeyDown);
    };
  }, [shortcuts]);
}

const hasModifier = (event: KeyboardEvent) => event.ctrlKey || event.metaKey || event.altKey;

function isTyping({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"]')) return true;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
