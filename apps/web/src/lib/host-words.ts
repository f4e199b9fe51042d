import { host } from '#locales/en/host.ts';
import { addWords } from './i18n.ts';

addWords({ host });
