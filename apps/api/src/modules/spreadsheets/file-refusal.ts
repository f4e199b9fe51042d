import { workbookLimits } from '@cmp/shared/workbook';
import * as z from 'zod';

/** Why a file as a whole is refused: the code, the sentence, and what a panel needs to say it in its own words. */
export const FileRefusal = z.object({
  code: z.enum([
    'file_too_large',
    'file_type_refused',
    'file_unreadable',
    'file_empty',
    'columns_wrong',
  ]),
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type FileRefusal = z.infer<typeof FileRefusal>;

/** Thrown while a file is read, inside the child; everything else that is thrown there is damage. */
export class RefusedFile extends Error {
  override readonly name = 'RefusedFile';
  readonly refusal: FileRefusal;

  constructor(code: FileRefusal['code'], message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.refusal = { code, message, details };
  }
}

export function damaged(): RefusedFile {
  return new RefusedFile(
    'file_unreadable',
    'The file is damaged or cut off. Save it again, then import it again.',
    { reason: 'damaged' },
  );
}

/** A file is beyond a limit, which is named with its size. */
export function beyond(limit: string, most: number, sentence: string): RefusedFile {
  return new RefusedFile('file_too_large', sentence, { limit, most });
}

export function tooManyRows(): RefusedFile {
  return beyond('rows', workbookLimits.rows, 'The list is longer than 100,000 rows. Split it.');
}
