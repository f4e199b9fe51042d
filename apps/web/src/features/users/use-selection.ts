import type { User } from '@cmp/shared/users';
import { useState } from 'react';
import type { Listing } from './users.queries.ts';

export interface Selection {
  users: ReadonlyMap<number, User>;
  /** Ticks a row or takes its tick away; as a range, ticks all from the row last ticked. */
  toggle: (index: number, asRange: boolean) => void;
  /** Ticks all of these or, where all are, takes their ticks away. */
  toggleAll: (users: readonly User[]) => void;
  clear: () => void;
}

/** The users of a list that are ticked. Another list begins with none. */
export function useSelection(
  listing: Listing,
  rowAt: (index: number) => User | undefined,
  mayTick: (user: User) => boolean,
): Selection {
  const [kept, keep] = useState<Ticked>({ listing, users: new Map(), from: undefined });
  const { users, from }: Ticked =
    kept.listing === listing ? kept : { listing, users: new Map(), from: undefined };

  function toggle(index: number, asRange: boolean) {
    const user = rowAt(index);
    if (!user || !mayTick(user)) return;
    const next = new Map(users);
    if (asRange && from !== undefined) {
      for (let place = Math.min(from, index); place <= Math.max(from, index); place += 1) {
        const within = rowAt(place);
        if (within && mayTick(within)) next.set(within.id, within);
      }
    } else if (!next.delete(user.id)) next.set(user.id, user);
    keep({ listing, users: next, from: index });
  }

  function toggleAll(all: readonly User[]) {
    const next = new Map(users);
    const areTicked = all.every(({ id }) => next.has(id));
    for (const user of all) {
      if (areTicked) next.delete(user.id);
      else next.set(user.id, user);
    }
    keep({ listing, users: next, from: undefined });
  }

  const clear = () => keep({ listing, users: new Map(), from: undefined });
  return { users, toggle, toggleAll, clear };
}

interface Ticked {
  listing: Listing;
  users: ReadonlyMap<number, User>;
  /** The row ticked last, from which a range goes. */
  from: number | undefined;
}
