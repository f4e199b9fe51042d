/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'HAProxy’s configuration, by haproxy -c',
  needs: [{ file: '/usr/sbin/haproxy', package: 'haproxy' }],
  subjects: ['deploy/haproxy/*.cfg'],
  findFaults: async ({ files, faultsOf }) => {
    const faults = await Promise.all(
      files.map((file) => faultsOf('/usr/sbin/haproxy', '-c', '-V', '-f', file)),
    );
    return faults.flat();
  },
};
