import type { CertificateSettings } from '@cmp/shared/settings/certificate';
import {
  CertificateSection,
  DatabaseSection,
  GeneralSection,
  MailSection,
  NotificationsSection,
  RemoteServerSection,
  type Section,
  type SettingsChange,
  SettingsSection,
  StorageSection,
  TelegramSection,
} from '@cmp/shared/settings/sections';
import {
  Revealed,
  type RevealRequest,
  TestAnswer,
  type TestRequest,
} from '@cmp/shared/settings/tests';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type * as z from 'zod';
import { api } from '#lib/api.ts';
import { siteQuery } from '#lib/site.ts';

/** How a section's query is known. */
export const sectionKey = (section: Section): readonly string[] => ['settings', section];

const sectionQuery = <Answer>(section: Section, schema: z.ZodType<Answer>) =>
  queryOptions({
    queryKey: sectionKey(section),
    queryFn: ({ signal }) => api.get(`/settings/${section}`, schema, { signal }),
  });

export const generalSection = sectionQuery('general', GeneralSection);
export const databaseSection = sectionQuery('database', DatabaseSection);
export const telegramSection = sectionQuery('telegram', TelegramSection);
export const remoteServerSection = sectionQuery('remote-server', RemoteServerSection);
export const certificateSection = sectionQuery('certificate', CertificateSection);
export const mailSection = sectionQuery('mail', MailSection);
export const storageSection = sectionQuery('storage', StorageSection);

export const notificationsSection = sectionQuery('notifications', NotificationsSection);

export const changeSection = (section: Section) =>
  mutationOptions({
    mutationFn: (change: SettingsChange) =>
      api.patch(`/settings/${section}`, change, SettingsSection),
    meta: { told: 'by the form', invalidates: [sectionKey(section), siteQuery.queryKey] },
  });

/** A first good test can pin a key, which is a change of the section. */
export const testSection = (section: Section) =>
  mutationOptions({
    mutationFn: (request: TestRequest) =>
      api.post(`/settings/${section}/test`, request, TestAnswer),
    meta: { told: 'by the form', invalidates: [sectionKey(section)] },
  });

export const revealSecret = (section: Section) =>
  mutationOptions({
    mutationFn: (request: RevealRequest) =>
      api.post(`/settings/${section}/reveal`, request, Revealed),
    meta: { told: 'by the form' },
    // What was shown is not kept once it is hidden.
    gcTime: 0,
  });

/** What the saved domain's server shows now. It is asked when it is looked at, and not again and again. */
export const certificateStanding = (saved: CertificateSettings) =>
  queryOptions({
    queryKey: ['certificate', saved],
    queryFn: ({ signal }) =>
      api.post('/settings/certificate/test', { values: {} }, TestAnswer, { signal }),
    enabled: saved.domain !== null,
    staleTime: 300_000,
    retry: false,
  });
