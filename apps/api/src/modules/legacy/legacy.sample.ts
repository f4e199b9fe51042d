/** An older portal's snapshot with every oddity that was seen in one. Deterministic: the tests count on it. */
export function legacySample({ servers = 20, users = 1_000 } = {}): string {
  const serverRows = Array.from({ length: servers }, (_, index) => ({
    id: index + 1,
    server_name: index === servers - 1 ? 'SERVER 1 ' : `server ${index + 1}`,
    owner: index % 3 === 0 ? null : `owner ${index % 5}`,
    service_type: 'x-ray',
    ip_address: index === 2 ? '10.0.0.300' : `10.0.0.${index + 1}`,
    domain_name: `s${index + 1}.example.net`,
    display_pos: servers - index,
  }));
  return JSON.stringify({
    type: 'db-backup-v1',
    createdAt: '2025-06-30T21:15:00.000Z',
    admins: [
      {
        id: 1,
        display_name: 'Old Admin',
        username: 'old-admin',
        role: 'ADMIN',
        password_hash: bcryptOfWinter,
      },
      { id: 2, display_name: 'Ed', username: 'ed', role: 'EDITOR', password_hash: '********' },
      { id: 3, display_name: '', username: 'Vera', role: 'VIEWER' },
      { id: 4, display_name: 'No role', username: 'lost', role: 'ROOT' },
    ],
    viewer_server_permissions: [{ admin_id: 3, server_id: 2 }],
    server_admin_permissions: [
      { admin_id: 2, server_id: 3 },
      { admin_id: 2, server_id: 999 },
    ],
    app_settings: [
      { key: 'telegram_bot_token', value: '********' },
      { key: 'site_title', value: 'Old portal' },
    ],
    server_keys: [{ id: 1, server_id: 1, key: 'abc' }],
    domains: [{ id: 1, name: 'example.net' }],
    servers: serverRows,
    users: Array.from({ length: users }, (_, index) => userOf(index, servers)),
  });
}

/** “a long winter”, at cost 4. */
export const legacyPassword = 'a long winter';
const bcryptOfWinter = '$2b$04$67cnH9QYi3aykYH/kgDv/uMlfUB5ptfzHkZuVE5eldA8CI0VHkpFu';

function userOf(index: number, servers: number): Record<string, unknown> {
  const user = {
    id: index + 1,
    // The first and the last server have one name, and the last but one has the most users.
    server_id: 2 + (index % (servers - 2)),
    account_name: `User ${index}`,
    service_type: ['mini', 'Basic', 'xray', 'UNLIMITED'][index % 4],
    contact: index % 7 === 0 ? null : `+95 9 ${index}`,
    // Node reads a date as midnight here and writes it as a moment of UTC: this is the 15th in Yangon.
    expire_date: index % 2 === 0 ? '2026-03-15' : '2026-03-14T17:30:00.000Z',
    total_devices: index % 3 === 0 ? null : index % 4,
    data_limit_gb: index % 5 === 0 ? null : '100.50',
    remark: index % 11 === 0 ? '=HYPERLINK("x")' : '',
    display_pos: index,
    enabled: index % 9 !== 0,
  };
  return { ...user, ...oddities[index] };
}

/** By the user's place in the list. */
const oddities: Record<number, Record<string, unknown>> = {
  3: { service_type: 'Platinum' },
  4: { account_name: '  ' },
  5: { server_id: 999 },
  6: { server_id: 1 },
  7: { expire_date: '31/02/2026' },
  8: { expire_date: undefined, enabled: undefined },
  9: { account_name: 'Twin', server_id: 2 },
  10: { account_name: 'twin', server_id: 2 },
  12: { data_limit_gb: -1 },
  13: { total_devices: 'many' },
};
