import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Action,
  actions,
  actionsOfLevel,
  can,
  type Grant,
  GrantedAction,
  GrantLevel,
  Role,
  roleCan,
} from './permissions.ts';

const grantedAction = fc.constantFrom(...GrantedAction.options);
const serverId = fc.integer({ min: 1, max: 5 });

/** Any grant that a row could hold, also one that lists more than its level allows. */
const grant: fc.Arbitrary<Grant> = fc.record({
  serverId,
  level: fc.constantFrom(...GrantLevel.options),
  actions: fc.uniqueArray(grantedAction),
});
const grants = fc.uniqueArray(grant, { selector: (one) => one.serverId });

const reads = /^overview:read$|:(list|read|export)$/;
const ownProfile = /^profile:/;
/** What one hears, and in which chats. */
const ownNews = /^(notifications:update|telegram:link)$/;

describe('a role', () => {
  test('admin may do everything', () => {
    expect(actions.filter((one) => !roleCan('admin', one))).toEqual([]);
  });

  test('viewer may read, and write nothing but its own profile and news', () => {
    const allowed = actions.filter((one) => roleCan('viewer', one));

    const own = allowed.filter((one) => ownProfile.test(one) || ownNews.test(one));
    expect(allowed.filter((one) => !reads.test(one) && !own.includes(one))).toEqual([]);
    expect(allowed).toEqual(expect.arrayContaining(['servers:list', 'users:list', 'users:export']));
  });

  test('server_admin may do all that a viewer may, and admin all that a server_admin may', () => {
    for (const one of actions) {
      if (roleCan('viewer', one)) expect(roleCan('server_admin', one), one).toBe(true);
      if (roleCan('server_admin', one)) expect(roleCan('admin', one), one).toBe(true);
    }
  });

  test('is the only one to do what belongs to the whole site: admin', () => {
    const ofTheSite =
      /^(accounts|grants|settings|sessions):|^servers:(create|reorder|delete)$|^services:(create|update|delete)$/;
    const belonging = actions.filter((one) => ofTheSite.test(one));

    expect(belonging.length).toBeGreaterThan(15);
    for (const one of belonging) {
      expect(
        Role.options.filter((role) => roleCan(role, one)),
        one,
      ).toEqual(['admin']);
    }
  });

  test('may always see to its own profile, password and sessions', () => {
    const own = actions.filter((one) => ownProfile.test(one));

    expect(own.toSorted()).toEqual([
      'profile:password',
      'profile:read',
      'profile:sessions',
      'profile:update',
    ]);
    for (const one of own) {
      expect(
        Role.options.every((role) => roleCan(role, one)),
        one,
      ).toBe(true);
    }
  });
});

describe('a level', () => {
  test('manage allows all that view allows', () => {
    expect(actionsOfLevel.manage).toEqual(expect.arrayContaining([...actionsOfLevel.view]));
  });

  test('view allows no write', () => {
    expect(actionsOfLevel.view.filter((one) => !reads.test(one))).toEqual([]);
  });

  test('grants only what there is to do, and nothing that a server_admin may not', () => {
    const known: readonly Action[] = actions;
    for (const one of GrantedAction.options) {
      expect(known).toContain(one);
      expect(roleCan('server_admin', one), one).toBe(true);
    }
  });
});

describe('on a server', () => {
  test('an admin may do everything, without any grant', () => {
    fc.assert(
      fc.property(grants, grantedAction, serverId, (held, one, id) => {
        expect(can({ role: 'admin', grants: held }, one, id)).toBe(true);
      }),
    );
  });

  test('a viewer may never write, whatever its grants say', () => {
    fc.assert(
      fc.property(grants, grantedAction, serverId, (held, one, id) => {
        if (can({ role: 'viewer', grants: held }, one, id)) expect(one).toMatch(reads);
      }),
    );
  });

  test('a server_admin may do what its grant names, within the grant’s level', () => {
    fc.assert(
      fc.property(grants, grantedAction, serverId, (held, one, id) => {
        const here = held.filter((each) => each.serverId === id);
        const named = here.some((each) => each.actions.includes(one));
        const within = here.some((each) => each.level === 'manage' || one === 'users:export');

        expect(can({ role: 'server_admin', grants: held }, one, id)).toBe(named && within);
      }),
      { numRuns: 1000 },
    );
  });

  test('nobody but an admin may do anything without a grant there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('server_admin' as const, 'viewer' as const),
        grants,
        grantedAction,
        serverId,
        (role, held, one, id) => {
          const elsewhere = held.filter((each) => each.serverId !== id);

          expect(can({ role, grants: elsewhere }, one, id)).toBe(false);
        },
      ),
    );
  });

  test('a higher role or level never takes a right away', () => {
    fc.assert(
      fc.property(grants, grantedAction, serverId, (held, one, id) => {
        const raised = held.map((each) => ({ ...each, level: 'manage' as const }));
        const may = (role: Role, of: readonly Grant[]) => can({ role, grants: of }, one, id);

        expect(may('viewer', held) && !may('server_admin', held)).toBe(false);
        expect(may('server_admin', held) && !may('server_admin', raised)).toBe(false);
      }),
    );
  });

  test('nothing is allowed that the role may not do at all', () => {
    fc.assert(
      fc.property(grants, grantedAction, serverId, (held, one, id) => {
        for (const role of Role.options) {
          if (can({ role, grants: held }, one, id)) expect(roleCan(role, one)).toBe(true);
        }
      }),
    );
  });
});
