import type { Config } from '#config.ts';
import { type ClusterCredentials, findCredentials } from './cluster-credentials.ts';
import { findOutsideAccess } from './outside.ts';
import { urlAs } from './roles.ts';

/** As whom the portal serves, and as whom it restores. */
export interface ServingUrls {
  appUrl: string;
  /** The role that owns the tables, where it is known. */
  ownerUrl: string | undefined;
}

/** The addresses that `npm start` works by, found without altering anything; undefined where it has not made them yet. */
export async function findServingUrls(config: Config): Promise<ServingUrls | undefined> {
  if (config.database.kind === 'embedded') {
    const kept = findCredentials(config.dataDir);
    return kept && embeddedUrls(kept);
  }
  const access = await findOutsideAccess(config);
  switch (access.kind) {
    case 'maker':
      return access.made;
    case 'single-role':
      return { appUrl: access.url, ownerUrl: access.url };
    case 'two-roles':
      return { appUrl: access.appUrl, ownerUrl: access.ownerUrl };
    case 'app-only':
      return { appUrl: access.appUrl, ownerUrl: undefined };
  }
}

export function embeddedUrls({ port, ownerPassword, appPassword }: ClusterCredentials) {
  const server = `postgres://127.0.0.1:${port}/cmp`;
  return {
    ownerUrl: urlAs(server, 'cmp_owner', ownerPassword),
    appUrl: urlAs(server, 'cmp_app', appPassword),
  };
}
