import type { ShownTheme } from '@cmp/shared/images';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { ImagePicker } from '#components/image-picker.tsx';
import { Section } from '#components/section.tsx';
import { TideMark } from '#components/tide-mark.tsx';
import { explainImage } from '#lib/image-failure.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteName } from '#lib/use-site-name.ts';
import { removeFavicon, removeLogo, setFavicon, setLogo } from './pictures.queries.ts';

/** The site's face. Each picture is kept at once, apart from the form's draft. */
export function SitePictures() {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.pictures')} text={t('settings.picturesText')}>
      <div className="max-w-[640px] border-line border-y">
        <LogoPicker theme="light" />
        <LogoPicker theme="dark" />
        <FaviconPicker />
      </div>
    </Section>
  );
}

function LogoPicker({ theme }: { theme: ShownTheme }) {
  const { t } = useTranslation();
  const { data: site } = useQuery(siteQuery);
  const set = useMutation(setLogo);
  const remove = useMutation(removeLogo);
  const [own, other] =
    theme === 'dark' ? [site?.logoDark, site?.logoLight] : [site?.logoLight, site?.logoDark];

  function hint() {
    if (own) return t('settings.logoHint');
    return t(other ? 'settings.logoOfOther' : 'settings.logoNone');
  }

  return (
    <ImagePicker
      label={t(theme === 'dark' ? 'settings.logoDark' : 'settings.logoLight')}
      hint={hint()}
      preview={<LogoPreview theme={theme} logo={own ?? other ?? undefined} />}
      isSet={Boolean(own)}
      pending={set.isPending || remove.isPending}
      error={set.error ? explainImage(set.error) : undefined}
      onChoose={(file) =>
        set.mutate({ theme, file }, { onSuccess: () => toast(t('images.saved')) })
      }
      onRemove={() => remove.mutate(theme, { onSuccess: () => toast(t('images.removed')) })}
    />
  );
}

/** On the ground it will stand on, whatever theme is in force here. */
function LogoPreview({ theme, logo }: { theme: ShownTheme; logo: string | undefined }) {
  const name = useSiteName();
  return (
    <div
      data-theme={theme}
      className="flex h-20 w-56 items-center justify-center gap-2.5 rounded-panel border border-line bg-canvas px-4 text-ink"
    >
      {logo ? (
        <img src={logo} alt="" className="max-h-12 max-w-full object-contain" />
      ) : (
        <>
          <TideMark />
          <span translate="no" className="truncate font-semibold text-[0.9375rem]">
            {name}
          </span>
        </>
      )}
    </div>
  );
}

function FaviconPicker() {
  const { t } = useTranslation();
  const { data: site } = useQuery(siteQuery);
  const set = useMutation(setFavicon);
  const remove = useMutation(removeFavicon);
  return (
    <ImagePicker
      label={t('settings.favicon')}
      hint={t('settings.faviconHint')}
      preview={
        <div className="flex h-20 w-56 overflow-hidden rounded-panel border border-line">
          <FaviconPreview theme="light" address={site?.favicon} />
          <FaviconPreview theme="dark" address={site?.favicon} />
        </div>
      }
      isSet={Boolean(site?.favicon)}
      pending={set.isPending || remove.isPending}
      error={set.error ? explainImage(set.error) : undefined}
      onChoose={(file) => set.mutate(file, { onSuccess: () => toast(t('images.saved')) })}
      onRemove={() => remove.mutate(undefined, { onSuccess: () => toast(t('images.removed')) })}
    />
  );
}

function FaviconPreview({
  theme,
  address,
}: {
  theme: ShownTheme;
  address: string | null | undefined;
}) {
  return (
    <div data-theme={theme} className="grid flex-1 place-items-center bg-canvas">
      <img src={address ?? '/favicon.svg'} alt="" className="size-8 object-contain" />
    </div>
  );
}
