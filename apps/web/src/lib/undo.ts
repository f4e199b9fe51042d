import { Plan } from '@cmp/shared/changes';
import { useEffect } from 'react';
import { api } from './api.ts';
import { makeUndo } from './plans.ts';
import { queryClient } from './query-client.ts';
import { createStore } from './store.ts';

/** What an undo came to: everything is as it was, or some of it was altered since and stays. */
export type Undone = { kind: 'all' } | { kind: 'some'; kept: number } | { kind: 'none' };

/** Undoes a change as the API plans it: what others altered since is kept. */
export async function undoChange(changeId: number): Promise<Undone> {
  const plan = await api.post(`/changes/${changeId}/undo`, {}, Plan);
  const { refused } = plan.counts;
  if (reversible(plan) === 0) return { kind: 'none' };

  await makeUndo({ planId: plan.id });
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => isData(queryKey) });
  return refused === 0 ? { kind: 'all' } : { kind: 'some', kept: refused };
}

const reversible = ({ counts }: Plan) => counts.added + counts.changed + counts.removed;

/** The data an undo can alter; the session and the site it cannot. */
function isData([first]: readonly unknown[]): boolean {
  return first === 'servers' || first === 'users' || first === 'services' || first === 'overview';
}

/** The undo that Ctrl+Z stands for: the offer made last, while it is open. */
export const latestOffer = createStore<(() => void) | undefined>(undefined);

/** Ctrl+Z or ⌘Z takes the latest offer, except where it undoes typing. */
export function useUndoKey(): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
      const offer = latestOffer.get();
      if (!isUndo || !offer || isTyping(event.target)) return;
      event.preventDefault();
      offer();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
