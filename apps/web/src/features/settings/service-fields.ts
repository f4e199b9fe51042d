import { text } from '@cmp/shared/primitives';
import type { NewService, Service } from '@cmp/shared/services';
import * as z from 'zod';
import { i18next } from '#lib/i18n.ts';

/** What is typed of a service; an empty number is no limit, an empty price is none. */
export const ServiceFieldValues = z.object({
  name: text(40),
  devices: number(/^\d*$/, 100_000, 'services.devicesNeeded'),
  dataLimitGb: number(/^(\d+(\.\d+)?)?$/, 10_000_000, 'services.dataLimitNeeded'),
  price: number(/^(\d+(\.\d{1,2})?)?$/, 20_000_000, 'services.priceNeeded'),
  aliases: z
    .string()
    .refine((typed) => aliasesIn(typed).every((alias) => alias.length <= 40), {
      error: () => i18next.t('services.aliasesNeeded'),
    })
    .refine((typed) => aliasesIn(typed).length <= 20, {
      error: () => i18next.t('services.aliasesNeeded'),
    }),
});
export type ServiceFieldValues = z.infer<typeof ServiceFieldValues>;

export function valuesOf(service: Service | undefined): ServiceFieldValues {
  const priceCents = service?.priceCents ?? null;
  return {
    name: service?.name ?? '',
    devices: String(service?.devices ?? ''),
    dataLimitGb: String(service?.dataLimitGb ?? ''),
    price: priceCents === null ? '' : String(priceCents / 100),
    aliases: (service?.aliases ?? []).join(', '),
  };
}

export function fieldsOf(values: ServiceFieldValues): Required<NewService> {
  const price = numberIn(values.price);
  return {
    name: values.name,
    devices: numberIn(values.devices),
    dataLimitGb: numberIn(values.dataLimitGb),
    // 19.99 × 100 is a hair below 1999.
    priceCents: price === null ? null : Math.round(price * 100),
    aliases: aliasesIn(values.aliases),
  };
}

function number(
  shape: RegExp,
  most: number,
  word: 'services.devicesNeeded' | 'services.dataLimitNeeded' | 'services.priceNeeded',
) {
  return z
    .string()
    .trim()
    .refine((typed) => shape.test(typed) && Number(typed) <= most, {
      error: () => i18next.t(word),
    });
}

function numberIn(typed: string): number | null {
  return typed.trim() === '' ? null : Number(typed);
}

function aliasesIn(typed: string): string[] {
  const aliases = typed.split(',').map((alias) => alias.trim());
  return [...new Set(aliases.filter((alias) => alias !== ''))];
}
