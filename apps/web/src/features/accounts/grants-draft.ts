import type { GrantsChange } from '@cmp/shared/accounts';
import {
  actionsOfLevel,
  type Grant,
  type GrantedAction,
  type GrantLevel,
} from '@cmp/shared/permissions';

/** What an account may do on a server, or nothing at all. */
export type Level = GrantLevel | 'none';

/** The grants of one account as they are being edited, by server. */
export type GrantsDraft = ReadonlyMap<number, Omit<Grant, 'serverId'>>;

/** How one server's access would alter. */
export interface GrantDifference {
  serverId: number;
  from: Level;
  to: Level;
  gained: readonly GrantedAction[];
  lost: readonly GrantedAction[];
}

/** A draft that alters nothing yet. */
export function draftOf(grants: readonly Grant[]): GrantsDraft {
  return new Map(grants.map(({ serverId, level, actions }) => [serverId, { level, actions }]));
}

export const levelIn = (draft: GrantsDraft, serverId: number): Level =>
  draft.get(serverId)?.level ?? 'none';

/** The draft with these servers at a level, which brings all that the level can allow. */
export function withLevel(draft: GrantsDraft, serverIds: readonly number[], level: Level) {
  const changed = new Map(draft);
  for (const serverId of serverIds) {
    if (levelIn(draft, serverId) === level) continue;
    if (level === 'none') changed.delete(serverId);
    else changed.set(serverId, { level, actions: [...actionsOfLevel[level]] });
  }
  return changed;
}

/** The draft with one action of a server's grant allowed, or no longer. */
export function withAction(
  draft: GrantsDraft,
  serverId: number,
  action: GrantedAction,
  allowed: boolean,
): GrantsDraft {
  const grant = draft.get(serverId);
  if (!grant) return draft;
  const kept = new Set(grant.actions);
  if (allowed) kept.add(action);
  else kept.delete(action);
  const actions = possibleActions(grant.level).filter((one) => kept.has(one));
  return new Map(draft).set(serverId, { ...grant, actions });
}

/** What a grant of a level can allow at most. */
export const possibleActions = (level: GrantLevel): readonly GrantedAction[] =>
  actionsOfLevel[level];

/** What saving the draft would alter, server by server. */
export function differencesBetween(saved: GrantsDraft, draft: GrantsDraft): GrantDifference[] {
  const serverIds = new Set([...saved.keys(), ...draft.keys()]);
  return [...serverIds]
    .map((serverId) => {
      const before = new Set(saved.get(serverId)?.actions);
      const after = new Set(draft.get(serverId)?.actions);
      return {
        serverId,
        from: levelIn(saved, serverId),
        to: levelIn(draft, serverId),
        gained: [...after.difference(before)],
        lost: [...before.difference(after)],
      };
    })
    .filter(({ from, to, gained, lost }) => from !== to || gained.length > 0 || lost.length > 0);
}

/** The draft as the API takes it: whole, and without actions where the level says it all. */
export function grantsIn(draft: GrantsDraft): GrantsChange['grants'] {
  return [...draft].map(([serverId, { level, actions }]) => {
    const whole = actions.length === possibleActions(level).length;
    return whole ? { serverId, level } : { serverId, level, actions: [...actions] };
  });
}
