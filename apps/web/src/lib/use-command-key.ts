import { useEffect, useEffectEvent } from 'react';

/** Ctrl or ⌘ with a letter, in place of the browser's own, also while someone types. */
export function useCommandKey(letter: string, act: () => void): void {
  const onPress = useEffectEvent(act);
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const isCommand = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      if (!isCommand || event.key.toLowerCase() !== letter) return;
      event.preventDefault();
      onPress();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [letter]);
}
