import { certificate } from '#locales/en/certificate.ts';
import { database } from '#locales/en/database.ts';
import { mail } from '#locales/en/mail.ts';
import { remoteServer } from '#locales/en/remote-server.ts';
import { storage } from '#locales/en/storage.ts';
import { addWords } from './i18n.ts';

/** What the pages of the sections say, and no other page does. */
const words = { certificate, database, mail, remoteServer, storage };
addWords(words);

export type SettingsWords = typeof words;
