import { MASK, type Section } from '@cmp/shared/settings/sections';
import type { SettingsOverrides } from '#config.ts';
import { AppError } from '#lib/errors.ts';

/** What the environment sets of a section, in place of the panel. */
export type Overrides = SettingsOverrides[Section];

/** Refuses to alter what the environment sets: the panel would say one thing, and another would hold. */
export function refuseOverridden(
  overrides: Overrides = {},
  values: Record<string, unknown> = {},
): void {
  for (const [name, { variable, value }] of Object.entries(overrides))
    if (name in values && values[name] !== MASK && values[name] !== value)
      throw new AppError('rule_broken', `/values/${name}: ${variable} sets this.`, {
        issues: [{ path: `/values/${name}`, code: 'custom', message: `${variable} sets this.` }],
      });
}

/** Its values alone, by field. */
export function valuesOf(overrides: Overrides = {}): Record<string, string | number | boolean> {
  return Object.fromEntries(Object.entries(overrides).map(([name, { value }]) => [name, value]));
}
