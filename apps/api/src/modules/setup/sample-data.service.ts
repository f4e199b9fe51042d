import { addDays } from '@cmp/shared/calendar';
import type { Db, Trx } from '#database/client.ts';
import { addServers } from '#modules/servers/servers.service.ts';
import { serviceIdsByKey } from '#modules/services/services.service.ts';
import { addUsers } from '#modules/users/users.service.ts';

export interface SampleSize {
  servers: number;
  users: number;
}

/** What the setup page offers to look around with. */
export const smallSample: SampleSize = { servers: 4, users: 20 };

const places = ['Marina', 'Jurong', 'Bangkok', 'Osaka', 'Kwai', 'Sydney', 'Mumbai', 'Seoul'];
const codes = ['SG-1', 'SG-2', 'TH-1', 'JP-1', 'HK-2', 'AU-1', 'IN-1', 'KR-1'];
const owners = ['Ko Yan', 'May Thu', 'Lin Htet'];
const firstNames = [
  'aung',
  'nila',
  'thura',
  'kyaw',
  'hla',
  'maria',
  'zaw',
  'may',
  'delta',
  'office',
];
const lastNames = ['min', 'home', 'zin', 'htet', 'phoo', 'relay', 'shop', 'tun', 'win', 'soe'];
const remarks = [
  'Paid to May',
  'Family plan',
  'Router: MikroTik',
  'renew by bank transfer',
  null,
  null,
];

/**
 * Adds invented servers and users within a change: the same ones for the same size, with deadlines around
 * `today` (`YYYY-MM-DD`), so that a new site shows every status. Users are spread evenly over the servers.
 */
export async function addSampleData(
  trx: Trx,
  today: string,
  { servers, users }: SampleSize,
): Promise<void> {
  const serverIds = await addServers(
    trx,
    Array.from({ length: servers }, (_, i) => sampleServer(i)),
  );
  const services = await servicesByTier(trx);

  // In slices, so that a million rows do not stand in memory at once.
  for (let from = 0; from < users; from += 10_000) {
    const length = Math.min(10_000, users - from);
    await addUsers(
      trx,
      Array.from({ length }, (_, i) => sampleUser(from + i, serverIds, services, today)),
    );
  }
}

function sampleServer(index: number) {
  const round = Math.floor(index / places.length);
  const name = `${codes[index % codes.length]} ${places[index % places.length]}`;
  return {
    name: round === 0 ? name : `${name} ${round + 1}`,
    owner: owners[index % owners.length] ?? null,
    serviceType: 'VPN',
    // TEST-NET-3 and example.net: nobody's (RFC 5737, RFC 2606).
    ipAddress: `203.0.113.${(index % 254) + 1}`,
    domainName: `node${index + 1}.example.net`,
  };
}

interface Tier {
  serviceId: number | null;
  devices: number;
  dataLimitGb: number | null;
}

function sampleUser(index: number, serverIds: number[], tiers: Tier[], today: string) {
  const serverId = serverIds[index % serverIds.length];
  const tier = tiers[index % tiers.length];
  if (serverId === undefined || tier === undefined)
    throw new Error('Sample users need a server and a service.');

  const first = firstNames[(index * 7) % firstNames.length];
  const last = lastNames[Math.floor(index / firstNames.length) % lastNames.length];
  // Mostly running, some about to end, some over, and one in fifty without an end.
  const daysLeft = index % 11 === 3 ? 0 : ((index * 37) % 240) - 20;
  return {
    serverId,
    accountName: `${first}.${last}${index}`,
    serviceId: tier.serviceId,
    contact: `+95 9 4${String(20_000_000 + ((index * 7_311) % 9_999_999)).padStart(8, '0')}`,
    expiresOn: index % 50 === 49 ? null : addDays(today, daysLeft),
    totalDevices: tier.devices,
    dataLimitGb: tier.dataLimitGb,
    remark: remarks[index % remarks.length] ?? null,
    enabled: index % 17 !== 16,
  };
}

async function servicesByTier(db: Db): Promise<Tier[]> {
  const ids = await serviceIdsByKey(db);
  return [
    { serviceId: ids.get('mini') ?? null, devices: 1, dataLimitGb: 100 },
    { serviceId: ids.get('basic') ?? null, devices: 2, dataLimitGb: 100 },
    { serviceId: ids.get('unlimited') ?? null, devices: 2, dataLimitGb: null },
  ];
}
