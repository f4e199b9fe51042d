import { actionsOfLevel, type Grant } from '@cmp/shared/permissions';
import { expect, test } from 'vitest';
import {
  differencesBetween,
  draftOf,
  grantsIn,
  levelIn,
  withAction,
  withLevel,
} from './grants-draft.ts';

const view = (serverId: number): Grant => ({ serverId, level: 'view', actions: ['users:export'] });
const manage = (serverId: number): Grant => ({
  serverId,
  level: 'manage',
  actions: [...actionsOfLevel.manage],
});

test('an untouched draft differs in nothing', () => {
  const saved = draftOf([view(1), manage(2)]);

  expect(differencesBetween(saved, draftOf([view(1), manage(2)]))).toEqual([]);
});

test('granting, raising and taking away are told server by server', () => {
  const saved = draftOf([view(1), manage(2)]);

  let draft = withLevel(saved, [1], 'manage');
  draft = withLevel(draft, [2], 'none');
  draft = withLevel(draft, [3], 'view');

  expect(differencesBetween(saved, draft)).toMatchObject([
    { serverId: 1, from: 'view', to: 'manage' },
    { serverId: 2, from: 'manage', to: 'none' },
    { serverId: 3, from: 'none', to: 'view', gained: ['users:export'], lost: [] },
  ]);
});

test('setting a level back leaves nothing to save', () => {
  const saved = draftOf([view(1)]);

  const draft = withLevel(withLevel(saved, [1], 'manage'), [1], 'view');

  expect(differencesBetween(saved, draft)).toEqual([]);
});

test('one action taken from a grant is a difference of that action alone', () => {
  const saved = draftOf([manage(1)]);

  const draft = withAction(saved, 1, 'users:delete', false);

  expect(differencesBetween(saved, draft)).toEqual([
    { serverId: 1, from: 'manage', to: 'manage', gained: [], lost: ['users:delete'] },
  ]);
  expect(levelIn(draft, 1)).toBe('manage');
});

test('setting all servers to a level keeps the chosen actions of those already there', () => {
  const chosen = withAction(draftOf([manage(1), view(2)]), 1, 'users:delete', false);

  const draft = withLevel(chosen, [1, 2], 'manage');

  expect(draft.get(1)?.actions).not.toContain('users:delete');
  expect(draft.get(2)?.actions).toContain('users:delete');
});

test('the API is sent actions only where the level does not say it all', () => {
  const draft = withAction(draftOf([manage(1), view(2)]), 2, 'users:export', false);

  expect(grantsIn(draft)).toEqual([
    { serverId: 1, level: 'manage' },
    { serverId: 2, level: 'view', actions: [] },
  ]);
});
