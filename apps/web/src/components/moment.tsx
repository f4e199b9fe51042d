import { fullMoment, momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** A moment by the site's clock, with its zone and the second on hover. */
export function Moment({ at }: { at: string }) {
  const zone = useSiteZone();
  return (
    <time dateTime={at} title={fullMoment(at, zone)} className="tnum">
      {momentInWords(at, zone)}
    </time>
  );
}
