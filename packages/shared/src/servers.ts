import * as z from 'zod';
import { Id, listOf, optionalText, Timestamp, text, Version } from './primitives.ts';

/** A machine that users are sold access to. */
export const Server = z.object({
  id: Id,
  name: text(80),
  owner: optionalText(80),
  serviceType: optionalText(80),
  ipAddress: optionalText(45),
  domainName: optionalText(253),
  note: optionalText(2000),
  position: z.int().positive(),
  version: Version,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Server = z.infer<typeof Server>;
export const ServerList = listOf(Server);
export type ServerList = z.infer<typeof ServerList>;

/** Every server's id, first to last. */
export const ServerOrder = z.strictObject({
  serverIds: z
    .array(Id)
    .max(10_000)
    .refine((ids) => new Set(ids).size === ids.length, 'A server can appear only once.'),
});
export type ServerOrder = z.infer<typeof ServerOrder>;
