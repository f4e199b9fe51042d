import { agoInWords, momentInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';

/** A moment as time passed since, with the exact one on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={momentInWords(at)} className="tnum whitespace-nowrap">
      {agoInWords(at, now)}
    </time>
  );
}
