import * as z from 'zod';
import { Grant, Role } from './permissions.ts';
import { Id, listOf, optionalText, Timestamp, text } from './primitives.ts';

/** A name to sign in with: unique without regard to case. */
export const Username = text(64);

/** ASVS 6.2.9 asks for at least 64 characters to be taken whole; longer than this is refused before hashing. */
export const Password = z.string().min(1).max(128);

/** A password someone chooses. Its strength is judged by the API, which knows the account. */
export const NewPassword = z.string().min(12).max(128);

export const Login = z.strictObject({ username: Username, password: Password });
export type Login = z.infer<typeof Login>;

export const PasswordChange = z.strictObject({
  currentPassword: Password,
  newPassword: NewPassword,
});
export type PasswordChange = z.infer<typeof PasswordChange>;

/** Who is signed in, and what they may do: what the panel draws itself by. */
export const Session = z.object({
  id: Id,
  account: z.object({
    id: Id,
    username: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    avatarHash: z.string().nullable(),
    role: Role,
    mustChangePassword: z.boolean(),
    version: z.int(),
  }),
  grants: z.array(Grant),
});
export type Session = z.infer<typeof Session>;

/** One's own name and address; role and grants are an admin's to set. */
export const ProfileChange = z.strictObject({
  version: z.int().positive(),
  displayName: text(80).optional(),
  email: z.email().max(254).nullable().optional(),
});
export type ProfileChange = z.infer<typeof ProfileChange>;

/** A session as its owner or an admin sees it. */
export const SessionListing = z.object({
  id: Id,
  accountId: Id,
  username: z.string(),
  displayName: z.string(),
  userAgent: z.string().nullable(),
  ip: z.string(),
  current: z.boolean(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
  expiresAt: Timestamp,
});
export type SessionListing = z.infer<typeof SessionListing>;
export const SessionList = listOf(SessionListing);
export type SessionList = z.infer<typeof SessionList>;

export const SignInOutcome = z.enum(['success', 'wrong_password', 'unknown_account', 'disabled']);
export type SignInOutcome = z.infer<typeof SignInOutcome>;

export const SignIn = z.object({
  id: Id,
  outcome: SignInOutcome,
  ip: z.string(),
  userAgent: z.string().nullable(),
  at: Timestamp,
});
export const SignInList = listOf(SignIn);
export type SignInList = z.infer<typeof SignInList>;

export const SetupState = z.object({ required: z.boolean() });

/** The first account, an admin, made with the token that the start command printed. */
export const Setup = z.strictObject({
  token: z.string().min(1).max(128),
  username: Username,
  password: NewPassword,
  displayName: text(80),
  /** Four servers with five users each, to look around with. */
  sampleData: z.boolean().optional(),
});
export type Setup = z.infer<typeof Setup>;

export const EmailAddress = optionalText(254);
