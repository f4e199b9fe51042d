import { ErrorBody } from '@cmp/shared/errors';
import { Section, SettingsChange, SettingsSection, sections } from '@cmp/shared/settings/sections';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeSection, readSection } from './settings.service.ts';

const BySection = z.strictObject({ section: Section });

export const settingsRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/settings/:section', {
    config: { allow: 'settings:read' },
    schema: {
      summary: 'A section of the settings',
      params: BySection,
      response: { 200: SettingsSection, '4xx': ErrorBody },
    },
    handler: ({ params: { section } }) => readSection(app.db, section, sections[section]),
  });

  app.patch('/settings/:section', {
    config: { allow: 'settings:update' },
    schema: {
      summary: 'Alter the named fields of a section',
      params: BySection,
      body: SettingsChange,
      response: { 200: SettingsSection, '4xx': ErrorBody },
    },
    handler: ({ actor, params: { section }, body }) =>
      changeSection(app.db, actor, app.keys.settings, section, sections[section], body),
  });
};
