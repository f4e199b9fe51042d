import { ImageRefusal } from '@cmp/shared/images';
import * as z from 'zod';
import { ApiError } from './api-error.ts';
import { explain } from './explain.ts';
import { i18next } from './i18n.ts';

const Details = z.object({ reason: ImageRefusal });

/** Why a picture was not taken, and what to do about it. */
export function explainImage(error: unknown): string {
  if (!(error instanceof ApiError)) return explain(error);
  if (error.code === 'file_too_large') return i18next.t('images.refused.bytes');
  const { data } = Details.safeParse(error.details);
  return data ? i18next.t(`images.refused.${data.reason}`) : explain(error);
}
