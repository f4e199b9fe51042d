import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { healthQuery } from '#lib/site.ts';

/** Tells, once, that the portal was updated under this page. It never reloads by itself: there may be drafts. */
export function useReleaseNotice(): void {
  const { t } = useTranslation();
  const { data: health } = useQuery(healthQuery);
  const version = health?.versions.appVersion;
  const loaded = useRef<string>(undefined);

  useEffect(() => {
    if (!version) return;
    loaded.current ??= version;
    if (version === loaded.current) return;
    toast(t('states.updateReady', { version }), {
      id: 'release',
      duration: Number.POSITIVE_INFINITY,
      action: { label: t('states.updateReload'), onClick: () => location.reload() },
    });
  }, [version, t]);
}
