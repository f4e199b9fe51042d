import { useEffect, useState } from 'react';

/** Seconds that are left of a wait, counted by the clock, and how to begin one. */
export function useCountdown(): [secondsLeft: number, begin: (seconds: number) => void] {
  const [endsAt, setEndsAt] = useState(0);
  const [now, setNow] = useState(0);
  const secondsLeft = Math.max(0, Math.ceil((endsAt - now) / 1000));
  const counting = secondsLeft > 0;

  useEffect(() => {
    if (!counting) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [counting]);

  function begin(seconds: number) {
    const start = Date.now();
    setNow(start);
    setEndsAt(start + seconds * 1000);
  }

  return [secondsLeft, begin];
}
