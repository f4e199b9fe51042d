import { useEffect, useState } from 'react';

const awayAfterMs = 180_000;
const signs = ['pointerdown', 'keydown', 'wheel', 'focus'] as const;

/**
 * Whether somebody did something at the page of late. What a page asks for by itself stops where nobody is: it would
 * keep a session alive that is to end by idling.
 */
export function usePresence(): boolean {
  const [isPresent, setPresent] = useState(true);
  useEffect(() => {
    const leave = () => setPresent(false);
    let timer = setTimeout(leave, awayAfterMs);
    function arrive() {
      clearTimeout(timer);
      timer = setTimeout(leave, awayAfterMs);
      setPresent(true);
    }
    for (const sign of signs) addEventListener(sign, arrive, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const sign of signs) removeEventListener(sign, arrive);
    };
  }, []);
  return isPresent;
}
