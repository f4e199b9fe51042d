import { useEffect } from 'react';

/** Long enough for a closing dialog to give the focus back itself. */
const settleMs = 50;

/** Where what had the focus is taken from the page, the focus goes to the nearest thing around it that stays. */
export function useKeptFocus(): void {
  useEffect(() => {
    let around: Element[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;

    function remember({ target }: FocusEvent) {
      around = target instanceof Element ? withAncestors(target) : [];
    }
    function keep() {
      if (document.activeElement !== document.body || around[0]?.isConnected) return;
      const nearest = around.find((one) => one.isConnected && one.matches('[tabindex]'));
      const place = nearest?.matches('main') ? (nearest.querySelector('h1') ?? nearest) : nearest;
      around = [];
      if (place instanceof HTMLElement) place.focus({ preventScroll: true });
    }
    const observer = new MutationObserver(() => {
      if (around[0] === undefined || around[0].isConnected) return;
      clearTimeout(timer);
      timer = setTimeout(keep, settleMs);
    });

    document.addEventListener('focusin', remember);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', remember);
      observer.disconnect();
      clearTimeout(timer);
    };
  }, []);
}

function withAncestors(element: Element): Element[] {
  const ancestors: Element[] = [];
  for (let one: Element | null = element; one; one = one.parentElement) ancestors.push(one);
  return ancestors;
}
