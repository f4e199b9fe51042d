import type { FieldName, UserFields } from './user-fields.ts';

/** Two edits of one row brought together. */
export interface MergedEdits {
  /** Mine where I altered a field, else theirs. */
  fields: UserFields;
  /** What both of us altered, and differently: a person has to choose. */
  conflicts: FieldName[];
}

/** What differs, by field: all that a save has to say. */
export function changedFields(before: UserFields, after: UserFields): Partial<UserFields> {
  const entries = fieldNames
    .filter((name) => before[name] !== after[name])
    .map((name) => [name, after[name]]);
  return Object.fromEntries(entries);
}

/** Brings together what I made of `base` and what another made of it meanwhile. */
export function mergeEdits(base: UserFields, theirs: UserFields, mine: UserFields): MergedEdits {
  const myChange = changedFields(base, mine);
  const theirChange = changedFields(base, theirs);
  const conflicts = fieldNames.filter(
    (name) => name in myChange && name in theirChange && mine[name] !== theirs[name],
  );
  return { fields: { ...picked(theirs), ...myChange }, conflicts };
}

export const fieldNames = [
  'accountName',
  'service',
  'contact',
  'expiresOn',
  'totalDevices',
  'dataLimitGb',
  'remark',
  'enabled',
] as const satisfies readonly FieldName[];

const picked = (fields: UserFields): UserFields => ({
  accountName: fields.accountName,
  service: fields.service,
  contact: fields.contact,
  expiresOn: fields.expiresOn,
  totalDevices: fields.totalDevices,
  dataLimitGb: fields.dataLimitGb,
  remark: fields.remark,
  enabled: fields.enabled,
});
