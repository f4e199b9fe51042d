import { useQuery } from '@tanstack/react-query';
import { useShownTheme } from '#lib/appearance.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteName } from '#lib/use-site-name.ts';
import { TideMark } from './tide-mark.tsx';

interface SiteMarkProps {
  markSize?: number;
  /** How large a logo may be here. */
  logoShape: string;
  nameShape: string;
}

/** The site's logo for the theme in force, or the product's sign beside the site's name. */
export function SiteMark({ markSize = 22, logoShape, nameShape }: SiteMarkProps) {
  const name = useSiteName();
  const theme = useShownTheme();
  const { data: site } = useQuery(siteQuery);
  const [own, other] =
    theme === 'dark' ? [site?.logoDark, site?.logoLight] : [site?.logoLight, site?.logoDark];
  const logo = own ?? other;

  if (logo)
    return <img src={logo} alt={name} className={`max-w-full object-contain ${logoShape}`} />;
  return (
    <>
      <TideMark size={markSize} />
      <span translate="no" className={nameShape}>
        {name}
      </span>
    </>
  );
}

/** The same where there is no room for words. */
export function SiteSign() {
  const { data: site } = useQuery(siteQuery);
  if (site?.favicon) return <img src={site.favicon} alt="" className="size-6 object-contain" />;
  return <TideMark />;
}
