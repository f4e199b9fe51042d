import { agoInWords, fullMoment } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** A moment as time passed since, with the exact one on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  const zone = useSiteZone();
  return (
    <time dateTime={at} title={fullMoment(at, zone)} className="tnum whitespace-nowrap">
      {agoInWords(at, now, zone)}
    </time>
  );
}
