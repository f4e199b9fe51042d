import { System, type SystemPart, type SystemPartName } from '@cmp/shared/system';
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** What the portal is made of and leans on, for admins. */
export const systemState = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => api.get('/system', System, { signal }),
});

export function partOf(system: System | undefined, name: SystemPartName): SystemPart | undefined {
  return system?.parts.find(({ part }) => part === name);
}

/** What needs somebody. */
export function illPartsOf({ parts }: System): SystemPart[] {
  return parts.filter(({ state }) => state === 'warn' || state === 'bad');
}

/** A fact where it is a number; a part may know less than another time. */
export function numberIn({ facts }: SystemPart, name: string): number | undefined {
  const value = facts[name];
  return typeof value === 'number' ? value : undefined;
}

/** The same where it is a text: a name, a moment. */
export function textIn({ facts }: SystemPart, name: string): string | undefined {
  const value = facts[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
