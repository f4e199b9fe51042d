import { useEffect, useState } from 'react';

const settleMs = 300;

/** What is typed, once it rests. */
export function useSettledText(typed: string): string {
  const [settled, settle] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => settle(typed), settleMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
