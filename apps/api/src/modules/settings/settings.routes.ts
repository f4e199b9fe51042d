import { ErrorBody } from '@cmp/shared/errors';
import { Section, SettingsChange, SettingsSection, sections } from '@cmp/shared/settings/sections';
import { Revealed, RevealRequest, TestAnswer, TestRequest } from '@cmp/shared/settings/tests';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type DatabasePlace, readDatabaseStatus } from './database-status.service.ts';
import { changeSectionAtDoor, type Gate, revealSecret } from './guarded-settings.service.ts';
import { type TestPlace, testSection } from './section-tests.service.ts';
import { readSection } from './settings.service.ts';

const BySection = z.strictObject({ section: Section });

interface Options {
  place: Omit<TestPlace, 'key' | 'pool'>;
  databasePlace: DatabasePlace;
}

export const settingsRoutes: FastifyPluginAsyncZod<Options> = async (
  app,
  { place: given, databasePlace },
) => {
  const { db, pool, keys } = app;
  const place: TestPlace = { ...given, key: keys.settings, pool };

  app.get('/settings/:section', {
    config: { allow: 'settings:read' },
    schema: {
      summary: 'A section of the settings',
      params: BySection,
      response: { 200: SettingsSection, '4xx': ErrorBody },
    },
    handler: async ({ params: { section } }) => ({
      ...(await readSection(db, section, sections[section], place.overrides[section])),
      ...(section === 'database' && { status: await readDatabaseStatus(db, pool, databasePlace) }),
    }),
  });

  app.patch('/settings/:section', {
    config: { allow: 'settings:update' },
    schema: {
      summary: 'Alter the named fields of a section',
      params: BySection,
      body: SettingsChange,
      response: { 200: SettingsSection, '4xx': ErrorBody },
    },
    handler: (request) =>
      changeSectionAtDoor(
        db,
        request.actor,
        place,
        gateOf(app, request),
        request.params.section,
        request.body,
      ),
  });

  app.post('/settings/:section/test', {
    config: { allow: 'settings:test' },
    schema: {
      summary: 'Try a section: as it is saved, or with values laid over it',
      params: BySection,
      body: TestRequest,
      response: { 200: TestAnswer, '4xx': ErrorBody },
    },
    handler: (request) =>
      testSection(
        db,
        request.actor,
        place,
        gateOf(app, request),
        request.params.section,
        request.body,
      ),
  });

  app.post('/settings/:section/reveal', {
    config: { allow: 'settings:reveal', secretAnswer: true },
    schema: {
      summary: 'Show one secret to whoever gives their password again',
      params: BySection,
      body: RevealRequest,
      response: { 200: Revealed, '4xx': ErrorBody },
    },
    handler: (request) =>
      revealSecret(
        db,
        request.actor,
        keys.settings,
        gateOf(app, request),
        request.params.section,
        request.body,
      ),
  });
};

/** Asks for the password again, and tells the security log. */
function gateOf(app: FastifyInstance, request: FastifyRequest): Gate {
  return {
    confirm: app.confirmationOf(request),
    tell: (event, details) => request.log.warn({ event, ...details }, 'settings'),
  };
}
