import { text } from '@cmp/shared/primitives';
import type { NewServer, Server } from '@cmp/shared/servers';
import * as z from 'zod';
import { i18next } from '#lib/i18n.ts';

/** What is typed of a server; an empty field says nothing. */
export const ServerFieldValues = z.object({
  name: text(80),
  ipAddress: z
    .string()
    .trim()
    .refine(isAddress, { error: () => i18next.t('servers.ipNeeded') }),
  domainName: z.string().max(253),
  owner: z.string().max(80),
  serviceType: z.string().max(80),
  note: z.string().max(2000),
});
export type ServerFieldValues = z.infer<typeof ServerFieldValues>;

export function valuesOf(server: Server | undefined): ServerFieldValues {
  return {
    name: server?.name ?? '',
    ipAddress: server?.ipAddress ?? '',
    domainName: server?.domainName ?? '',
    owner: server?.owner ?? '',
    serviceType: server?.serviceType ?? '',
    note: server?.note ?? '',
  };
}

export function fieldsOf(values: ServerFieldValues): Required<NewServer> {
  return {
    name: values.name,
    ipAddress: values.ipAddress || null,
    domainName: values.domainName.trim() || null,
    owner: values.owner.trim() || null,
    serviceType: values.serviceType.trim() || null,
    note: values.note.trim() || null,
  };
}

function isAddress(typed: string): boolean {
  return typed === '' || z.union([z.ipv4(), z.ipv6()]).safeParse(typed).success;
}
