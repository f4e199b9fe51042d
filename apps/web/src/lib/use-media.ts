import { useSyncExternalStore } from 'react';

/** Whether a media query holds, as it is turned or resized. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

/** As the style sheet's `touch`. */
export const narrowScreen = '(width < 48rem)';
