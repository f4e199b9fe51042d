import { CalendarDate, optionalText, text } from '@cmp/shared/primitives';
import type { Service } from '@cmp/shared/services';
import type { User } from '@cmp/shared/users';
import * as z from 'zod';
import { i18next } from '#lib/i18n.ts';

/** What of a user someone decides. */
export type UserFields = Pick<
  User,
  | 'accountName'
  | 'service'
  | 'contact'
  | 'expiresOn'
  | 'totalDevices'
  | 'dataLimitGb'
  | 'remark'
  | 'enabled'
>;
export type FieldName = keyof UserFields;

/** As it is typed: a limit that is unlimited keeps its number, for when it is switched back. */
export const UserFieldValues = z
  .object({
    accountName: text(80),
    service: z.string(),
    contact: optionalText(200).in.unwrap(),
    expiresOn: z.string(),
    never: z.boolean(),
    totalDevices: z.string(),
    unlimitedDevices: z.boolean(),
    dataLimitGb: z.string(),
    unlimitedData: z.boolean(),
    remark: optionalText(1000).in.unwrap(),
    enabled: z.boolean(),
  })
  .superRefine((values, context) => {
    const refuse = (path: keyof typeof values, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (!values.never && !CalendarDate.safeParse(values.expiresOn).success)
      refuse('expiresOn', i18next.t('users.dateNeeded'));
    if (!values.unlimitedDevices && !isNumber(values.totalDevices, 100_000, 'whole'))
      refuse('totalDevices', i18next.t('users.devicesNeeded'));
    if (!values.unlimitedData && !isNumber(values.dataLimitGb, 10_000_000, 'any'))
      refuse('dataLimitGb', i18next.t('users.dataNeeded'));
  });
export type UserFieldValues = z.infer<typeof UserFieldValues>;

export function valuesOf(user: UserFields): UserFieldValues {
  return {
    accountName: user.accountName,
    service: user.service ?? '',
    contact: user.contact ?? '',
    expiresOn: user.expiresOn ?? '',
    never: user.expiresOn === null,
    totalDevices: user.totalDevices === null ? '' : String(user.totalDevices),
    unlimitedDevices: user.totalDevices === null,
    dataLimitGb: user.dataLimitGb === null ? '' : String(user.dataLimitGb),
    unlimitedData: user.dataLimitGb === null,
    remark: user.remark ?? '',
    enabled: user.enabled,
  };
}

export function fieldsOf(values: UserFieldValues): UserFields {
  return {
    accountName: values.accountName.trim(),
    service: values.service || null,
    contact: values.contact.trim() || null,
    expiresOn: values.never ? null : values.expiresOn,
    totalDevices: values.unlimitedDevices ? null : Number(values.totalDevices),
    dataLimitGb: values.unlimitedData ? null : Number(values.dataLimitGb),
    remark: values.remark.trim() || null,
    enabled: values.enabled,
  };
}

/** What a service fills in; an unlimited one keeps the numbers that were there. */
export function defaultsOf(service: Service): Partial<UserFieldValues> {
  const { devices, dataLimitGb } = service;
  return {
    unlimitedDevices: devices === null,
    ...(devices !== null && { totalDevices: String(devices) }),
    unlimitedData: dataLimitGb === null,
    ...(dataLimitGb !== null && { dataLimitGb: String(dataLimitGb) }),
  };
}

function isNumber(typed: string, most: number, kind: 'whole' | 'any'): boolean {
  const form = kind === 'whole' ? /^\d+$/ : /^\d+(\.\d+)?$/;
  return form.test(typed.trim()) && Number(typed) <= most;
}
