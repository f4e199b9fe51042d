import { useQuery } from '@tanstack/react-query';
import { Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { OfflineStrip } from '#components/offline-strip.tsx';
import { SiteMark } from '#components/site-mark.tsx';
import { changeAppearance, useShownTheme } from '#lib/appearance.ts';
import { healthQuery } from '#lib/site.ts';

/** A sheet of paper: the pages before one is inside. */
export function PaperLayout() {
  return (
    <div className="flex min-h-dvh flex-col">
      <OfflineStrip />
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto flex w-full max-w-[392px] flex-1 flex-col px-4 pt-[max(3rem,14vh)] pb-10 touch:pt-10"
      >
        <div className="mb-8 flex items-center justify-center gap-2.5">
          <SiteMark
            markSize={30}
            logoShape="max-h-16"
            nameShape="font-semibold text-[1.25rem] tracking-[-0.015em]"
          />
        </div>
        <Outlet />
      </main>
      <PaperFooter />
    </div>
  );
}

function PaperFooter() {
  const { t } = useTranslation();
  const { data: health, isPending, isError } = useQuery(healthQuery);
  const other = useShownTheme() === 'dark' ? 'light' : 'dark';
  const Icon = other === 'dark' ? Moon : Sun;

  function state() {
    if (isPending) return t('auth.checking');
    return health?.ok && !isError ? t('auth.allNormal') : t('auth.notWell');
  }

  return (
    <footer className="tnum flex min-h-12 flex-wrap items-center justify-center gap-x-2 pb-4 text-ink-3 text-label font-normal">
      {health ? (
        <>
          <span>{t('shell.version', { version: health.versions.appVersion })}</span>
          <span aria-hidden>·</span>
        </>
      ) : null}
      <span role="status">{state()}</span>
      <span aria-hidden>·</span>
      <button
        type="button"
        aria-label={t('auth.switchTheme', {
          theme: t(other === 'dark' ? 'shell.themeDark' : 'shell.themeLight').toLowerCase(),
        })}
        className="grid size-8 place-items-center rounded-control hover:bg-sunken hover:text-ink touch:size-11"
        onClick={() => changeAppearance({ theme: other })}
      >
        <Icon aria-hidden size={14} />
      </button>
    </footer>
  );
}
