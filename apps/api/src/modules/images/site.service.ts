import type { Site } from '@cmp/shared/health';
import type { Db } from '#database/client.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { listSiteImages } from './images.repository.ts';

/** What anybody may know of the site: its name, its face, its calendar. */
export async function readSite(db: Db): Promise<Site> {
  const [general, digests] = await Promise.all([readGeneral(db), listSiteImages(db)]);
  const { siteName: name, language, timeZone, weekStart, soonWindowHours, theme } = general;
  const addressOf = (purpose: string, address: string) => {
    const digest = digests.get(purpose);
    return digest === undefined ? null : `${address}&v=${digest}`;
  };
  return {
    name,
    language,
    timeZone,
    weekStart,
    soonWindowHours,
    theme,
    logoLight: addressOf('logo-light', '/api/site/logo?theme=light'),
    logoDark: addressOf('logo-dark', '/api/site/logo?theme=dark'),
    favicon: addressOf('favicon', '/api/site/favicon?size=64'),
    touchIcon: addressOf('touch-icon', '/api/site/favicon?size=180'),
  };
}
