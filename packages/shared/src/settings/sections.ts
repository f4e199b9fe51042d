import * as z from 'zod';
import { Version } from '#primitives.ts';
import { GeneralSettings } from './general.ts';

/** A section of the settings: its fields with their defaults, and which further fields are secrets. */
export interface SectionContract {
  values: z.ZodObject;
  /** Kept encrypted, never sent back: read as whether it is set, and its last four characters. */
  secrets: readonly string[];
}

export const sections = {
  general: { values: GeneralSettings, secrets: [] },
} as const satisfies Record<string, SectionContract>;

export const Section = z.enum(Object.keys(sections) as [keyof typeof sections]);
export type Section = z.infer<typeof Section>;

/** What is told of a secret. */
export const SecretState = z.object({ set: z.boolean(), lastFour: z.string().nullable() });
export type SecretState = z.infer<typeof SecretState>;

const view = <Values extends z.ZodType>(values: Values) =>
  z.object({
    section: z.string(),
    version: Version,
    values,
    secrets: z.record(z.string(), SecretState),
  });

/** Any section, as the API tells it. */
export const SettingsSection = view(z.record(z.string(), z.unknown()));
export type SettingsSection = z.infer<typeof SettingsSection>;

export const GeneralSection = view(GeneralSettings);
export type GeneralSection = z.infer<typeof GeneralSection>;

/** Only what is named is altered; unknown fields are refused. */
export const SettingsChange = z.strictObject({
  version: Version,
  values: z.record(z.string(), z.unknown()),
});
export type SettingsChange = z.infer<typeof SettingsChange>;

/** The mask in which a secret is shown; saved back, it keeps the secret as it is. */
export const MASK = '********';
