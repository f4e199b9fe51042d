import type { Session } from '@cmp/shared/auth';
import type { Role } from '@cmp/shared/permissions';

export const given = {
  session: (
    account: Partial<Session['account']> = {},
    grants: Session['grants'] = [],
  ): Session => ({
    id: 1,
    account: {
      id: 7,
      username: 'may',
      displayName: 'May Phoo',
      email: 'may@example.net',
      role: 'admin' satisfies Role,
      mustChangePassword: false,
      version: 3,
      ...account,
    },
    grants,
  }),
};
