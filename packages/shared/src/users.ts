import * as z from 'zod';
import {
  CalendarDate,
  digits,
  Id,
  IdText,
  optionalText,
  Timestamp,
  text,
  Version,
} from './primitives.ts';
import { Status } from './status.ts';

const devices = z.int().min(0).max(100_000).nullable();
/** Null is unlimited. */
const gigabytes = z.number().min(0).max(10_000_000).nullable();

/** One sold access on one server: the row operators live in. */
export const User = z.object({
  id: Id,
  serverId: Id,
  serverName: z.string(),
  accountName: z.string(),
  service: z.string().nullable(),
  contact: z.string().nullable(),
  /** The last valid day in the site's zone; null never expires. */
  expiresOn: z.string().nullable(),
  totalDevices: z.int().nullable(),
  dataLimitGb: z.number().nullable(),
  remark: z.string().nullable(),
  enabled: z.boolean(),
  /** Worked out when asked; see status.ts. */
  status: Status,
  version: Version,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type User = z.infer<typeof User>;

/** What can be said of a user; the service by its name or an alias. */
const fields = {
  accountName: text(80),
  service: text(40).nullable(),
  contact: optionalText(200),
  expiresOn: CalendarDate.nullable(),
  totalDevices: devices,
  dataLimitGb: gigabytes,
  remark: optionalText(1000),
  enabled: z.boolean(),
};

/** What is left out takes the service's default, or nothing. */
export const NewUser = z.strictObject({
  accountName: fields.accountName,
  service: fields.service.optional(),
  contact: fields.contact.optional(),
  expiresOn: fields.expiresOn.optional(),
  totalDevices: fields.totalDevices.optional(),
  dataLimitGb: fields.dataLimitGb.optional(),
  remark: fields.remark.optional(),
  enabled: fields.enabled.optional(),
});
export type NewUser = z.infer<typeof NewUser>;

/** Only what is named is altered. */
export const UserChange = z.strictObject({ version: Version, ...NewUser.partial().shape });
export type UserChange = z.infer<typeof UserChange>;

export const Extension = z.strictObject({
  months: z.int().min(1).max(120),
  reason: optionalText(500).optional(),
});
export type Extension = z.infer<typeof Extension>;

/** What a list can be ordered by, all with the id behind it; a minus turns it round. Arrival is of one server alone. */
export const UserSort = z.enum(['name', '-name', 'expires', '-expires', 'arrival', '-arrival']);
export type UserSort = z.infer<typeof UserSort>;

const asked = (maxLength: number) =>
  z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]*$/u)
    .max(maxLength);
const commas = asked(1000).transform((joined) => joined.split(',').filter((part) => part !== ''));

/** Which users: what a list, an export and a bulk change are asked for by. Several values by commas. */
const filterFields = {
  q: asked(200).trim().optional(),
  status: commas.pipe(z.array(Status)).optional(),
  service: commas.optional(),
  /** Days on which a term ends, both included; either leaves out who never expires. */
  expiresFrom: CalendarDate.optional(),
  expiresTo: CalendarDate.optional(),
  enabled: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
};
export const UserFilter = z.strictObject(filterFields);
export type UserFilter = z.infer<typeof UserFilter>;

/** A name of 80 characters can be one of 1,440 as a key (\ufdfa), and each of them some bytes. */
const cursor = z.string().max(4_000);

export const UserQuery = z.strictObject({
  ...filterFields,
  sort: UserSort.optional(),
  limit: digits.pipe(z.int().min(1).max(200)).default(50),
  /** The page after this cursor, or before that one, or the last page. */
  cursor: cursor.optional(),
  before: cursor.optional(),
  last: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
});
export type UserQuery = z.infer<typeof UserQuery>;

export const AnchorQuery = z.strictObject({
  ...filterFields,
  sort: UserSort.optional(),
  every: digits.pipe(z.int().min(20).max(1000)).default(200),
});
export type AnchorQuery = z.infer<typeof AnchorQuery>;

export const OfServer = z.strictObject({ serverId: IdText });

/** How many users there are in each status. */
export const StatusCounts = z.object({
  all: z.int(),
  active: z.int(),
  soon: z.int(),
  expired: z.int(),
  disabled: z.int(),
});
export type StatusCounts = z.infer<typeof StatusCounts>;

/** `counts` are under the same filter but for `status`; `total` is under all of it. */
export const UserList = z.object({
  items: z.array(User),
  total: z.int(),
  counts: StatusCounts,
  nextCursor: z.string().optional(),
  previousCursor: z.string().optional(),
});
export type UserList = z.infer<typeof UserList>;

/** The cursor behind every n-th row: window k (from 1) is the page after the k-th of these. */
export const Anchors = z.object({ items: z.array(z.string()), total: z.int() });
export type Anchors = z.infer<typeof Anchors>;
