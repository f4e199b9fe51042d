import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

/** Moves the focus to the heading of a page that was gone to. A tab of the same page keeps it where it is. */
export function useRouteFocus(): void {
  const { pathname } = useLocation();
  const last = useRef<HTMLHeadingElement>(undefined);

  useEffect(() => {
    const heading = document.querySelector('h1') ?? undefined;
    const arrived = last.current !== undefined && heading !== last.current;
    last.current = heading;
    const taken = document.activeElement?.matches('input, select, textarea');
    if (arrived && !taken) heading?.focus({ preventScroll: true });
  }, [pathname]);
}
