import * as z from 'zod';
import { Username } from './auth.ts';
import { Grant, GrantedAction, GrantLevel, Role } from './permissions.ts';
import { Id, listOf, Timestamp, text, Version } from './primitives.ts';

/** A person who signs in to the portal. */
export const Account = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  /** The digest of its picture, which the picture's address carries. */
  avatarHash: z.string().nullable(),
  role: Role,
  mustChangePassword: z.boolean(),
  disabledAt: Timestamp.nullable(),
  lastSignInAt: Timestamp.nullable(),
  grantCount: z.int(),
  version: Version,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Account = z.infer<typeof Account>;
export const AccountList = listOf(Account);
export type AccountList = z.infer<typeof AccountList>;

export const NewAccount = z.strictObject({
  username: Username,
  displayName: text(80),
  email: z.email().max(254).nullable().default(null),
  role: Role,
});
export type NewAccount = z.infer<typeof NewAccount>;

/** Only what is named is altered. */
export const AccountChange = z.strictObject({
  version: Version,
  username: Username.optional(),
  displayName: text(80).optional(),
  email: z.email().max(254).nullable().optional(),
  role: Role.optional(),
  disabled: z.boolean().optional(),
});
export type AccountChange = z.infer<typeof AccountChange>;

/** Shown once; the account must replace it at its first sign-in, within a day. */
export const OneTimePassword = z.object({
  account: Account,
  oneTimePassword: z.string(),
  expiresAt: Timestamp,
});
export type OneTimePassword = z.infer<typeof OneTimePassword>;

export const GrantList = listOf(Grant);
export type GrantList = z.infer<typeof GrantList>;

/** The account's whole list of grants, which replaces the one before. Without `actions`, all of the level. */
export const GrantsChange = z.strictObject({
  version: Version,
  grants: z
    .array(
      z.strictObject({
        serverId: Id,
        level: GrantLevel,
        actions: z.array(GrantedAction).max(GrantedAction.options.length).optional(),
      }),
    )
    .max(10_000)
    .refine(
      (grants) => new Set(grants.map((one) => one.serverId)).size === grants.length,
      'A server can appear only once.',
    ),
});
export type GrantsChange = z.infer<typeof GrantsChange>;
