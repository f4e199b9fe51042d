import * as z from 'zod';
import { Id, listOf, optionalText, Timestamp, text, Version } from './primitives.ts';
import { StatusCounts } from './users.ts';

/** A machine that users are sold access to. */
export const Server = z.object({
  id: Id,
  name: z.string(),
  owner: z.string().nullable(),
  serviceType: z.string().nullable(),
  ipAddress: z.string().nullable(),
  domainName: z.string().nullable(),
  note: z.string().nullable(),
  position: z.int().positive(),
  version: Version,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Server = z.infer<typeof Server>;
/** A server as lists show it, with how its users stand. */
export const ServerListing = Server.extend({ counts: StatusCounts });
export type ServerListing = z.infer<typeof ServerListing>;
export const ServerList = listOf(ServerListing);
export type ServerList = z.infer<typeof ServerList>;

const address = z.union([z.ipv4(), z.ipv6()]).nullable();

export const NewServer = z.strictObject({
  name: text(80),
  owner: optionalText(80).optional(),
  serviceType: optionalText(80).optional(),
  ipAddress: address.optional(),
  domainName: optionalText(253).optional(),
  note: optionalText(2000).optional(),
});
export type NewServer = z.infer<typeof NewServer>;

/** Only what is named is altered. */
export const ServerChange = z.strictObject({ version: Version, ...NewServer.partial().shape });
export type ServerChange = z.infer<typeof ServerChange>;

/** Every server's id, first to last. */
export const ServerOrder = z.strictObject({
  serverIds: z
    .array(Id)
    .max(10_000)
    .refine((ids) => new Set(ids).size === ids.length, 'A server can appear only once.'),
});
export type ServerOrder = z.infer<typeof ServerOrder>;
