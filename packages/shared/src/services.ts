import * as z from 'zod';
import { Id, listOf, text, Version } from './primitives.ts';

/** A tier a user can buy. It fills a form's defaults and a new user's blanks. */
export const Service = z.object({
  id: Id,
  name: text(40),
  aliases: z.array(text(40)),
  devices: z.int().min(0).max(100_000).nullable(),
  dataLimitGb: z.number().min(0).max(10_000_000).nullable(),
  priceCents: z.int().min(0).nullable(),
  position: z.int().positive(),
  version: Version,
});
export type Service = z.infer<typeof Service>;
export const ServiceList = listOf(Service);
export type ServiceList = z.infer<typeof ServiceList>;

/** Every service there is, in the order in which they are offered. */
export const ServiceOrder = z.strictObject({
  serviceIds: z
    .array(Id)
    .max(1000)
    .refine((ids) => new Set(ids).size === ids.length, 'A service can appear only once.'),
});
export type ServiceOrder = z.infer<typeof ServiceOrder>;

const defaults = {
  aliases: z.array(text(40)).max(20).optional(),
  devices: Service.shape.devices.optional(),
  dataLimitGb: Service.shape.dataLimitGb.optional(),
  priceCents: Service.shape.priceCents.optional(),
};

export const NewService = z.strictObject({ name: text(40), ...defaults });
export type NewService = z.infer<typeof NewService>;

/** Only what is named is altered. */
export const ServiceChange = z.strictObject({
  version: Version,
  name: text(40).optional(),
  ...defaults,
});
export type ServiceChange = z.infer<typeof ServiceChange>;
