import type { Action } from '@cmp/shared/permissions';
import {
  DatabaseBackup,
  LayoutList,
  type LucideIcon,
  ScrollText,
  Server,
  SlidersHorizontal,
  UserRound,
  UsersRound,
} from 'lucide-react';
import { useMay } from '#lib/session.ts';

export interface Destination {
  to: string;
  text:
    | 'shell.overview'
    | 'shell.servers'
    | 'shell.users'
    | 'shell.accounts'
    | 'shell.snapshots'
    | 'shell.audit'
    | 'shell.settings';
  icon: LucideIcon;
  /** The key that follows `g`. */
  key: string;
  needs: Action;
}

const destinations: readonly Destination[] = [
  { to: '/', text: 'shell.overview', icon: LayoutList, key: 'o', needs: 'overview:read' },
  { to: '/servers', text: 'shell.servers', icon: Server, key: 's', needs: 'servers:list' },
  { to: '/users', text: 'shell.users', icon: UserRound, key: 'c', needs: 'users:list' },
  { to: '/accounts', text: 'shell.accounts', icon: UsersRound, key: 'a', needs: 'accounts:list' },
  {
    to: '/snapshots',
    text: 'shell.snapshots',
    icon: DatabaseBackup,
    key: 'b',
    needs: 'snapshots:list',
  },
  { to: '/audit', text: 'shell.audit', icon: ScrollText, key: 'l', needs: 'changes:list' },
  {
    to: '/settings',
    text: 'shell.settings',
    icon: SlidersHorizontal,
    key: ',',
    needs: 'settings:read',
  },
];

/** Where this person can go; what would be refused is not offered. */
export function useDestinations(): readonly Destination[] {
  const may = useMay();
  return destinations.filter(({ needs }) => may(needs));
}
