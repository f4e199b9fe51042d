import { useEffect, useState } from 'react';

/** What is typed, once it rests. */
export function useSettledText(typed: string, settleMs = 300): string {
  const [settled, settle] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => settle(typed), settleMs);
    return () => clearTimeout(timer);
  }, [typed, settleMs]);
  return settled;
}
