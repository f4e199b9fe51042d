import type { GeneralSettings } from './settings/general.ts';
import type { Epoch } from './workbook-cells.ts';

type DateReading =
  | { kind: 'date'; date: string }
  | { kind: 'wrong'; code: 'not_a_date' | 'no_such_date'; suggestion: string | null };

/** Reads a date that was typed: `YYYY-MM-DD`, or day and month in the site's order. No zone has a part in it. */
export function readDateText(text: string, order: GeneralSettings['dateOrder']): DateReading {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$/.exec(text);
  if (iso) return dateOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));

  const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  if (parts) {
    const [first, second, year] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
    const [day, month] = order === 'DMY' ? [first, second] : [second, first];
    const read = dateOf(year, month, day);
    if (read.kind === 'date') return read;
    const turned = dateOf(year, day, month);
    return wrong('no_such_date', turned.kind === 'date' ? turned.date : null);
  }

  // A date cell that became text on its way through a .csv: the years 1927 to 2173.
  if (/^\d{5}(\.\d+)?$/.test(text)) return readSerial(Number(text), 1900);
  return wrong('not_a_date', guess(text, order));
}

/**
 * Reads the number of a day as workbooks keep it. Counted from 1900 there is a 29 February 1900 (day 60), which
 * never was; the fraction is a time of the day and is left out.
 */
export function readSerial(serial: number, epoch: Epoch): DateReading {
  const day = Math.floor(serial);
  if (!Number.isFinite(day) || day < (epoch === 1900 ? 1 : 0) || day > 2_958_465)
    return wrong('not_a_date', guess(String(serial), 'DMY'));
  if (epoch === 1904) return ofDayNumber(Date.UTC(1904, 0, 1) / msPerDay + day);
  if (day === 60) return wrong('no_such_date', null);
  return ofDayNumber(Date.UTC(1899, 11, day > 60 ? 30 : 31) / msPerDay + day);
}

const msPerDay = 86_400_000;

function ofDayNumber(days: number): DateReading {
  const iso = new Date(days * msPerDay).toISOString();
  return iso.length === 24 ? { kind: 'date', date: iso.slice(0, 10) } : wrong('not_a_date', null);
}

function dateOf(year: number, month: number, day: number): DateReading {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  const isThere = year > 0 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
  return isThere
    ? { kind: 'date', date: moment.toISOString().slice(0, 10) }
    : wrong('no_such_date', null);
}

/** What was likely meant: 20260501, 1/5/26. */
function guess(text: string, order: GeneralSettings['dateOrder']): string | null {
  const solid = /^(20\d\d)(\d\d)(\d\d)$/.exec(text);
  if (solid) return suggested(dateOf(Number(solid[1]), Number(solid[2]), Number(solid[3])));
  const short = /^(\d{1,2}[/.-]\d{1,2}[/.-])(\d\d)$/.exec(text);
  if (short) return suggested(readDateText(`${short[1]}20${short[2]}`, order));
  return null;
}

function suggested(read: DateReading): string | null {
  return read.kind === 'date' ? read.date : read.suggestion;
}

function wrong(code: 'not_a_date' | 'no_such_date', suggestion: string | null): DateReading {
  return { kind: 'wrong', code, suggestion };
}
