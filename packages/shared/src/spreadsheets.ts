import * as z from 'zod';
import { UserFilter, UserSort } from './users.ts';
import { importModes } from './workbook.ts';

const flag = z.stringbool({ truthy: ['true'], falsy: ['false'] });

/** Which users, in which order, as a list is asked for. */
export const ExportQuery = z.strictObject({
  ...UserFilter.shape,
  sort: UserSort.optional(),
  /** Also the column `enabled`. */
  withEnabled: flag.optional(),
});
export type ExportQuery = z.infer<typeof ExportQuery>;

export const separators = { comma: ',', semicolon: ';', tab: '\t' } as const;
export const Separator = z.enum(['comma', 'semicolon', 'tab']);
export type Separator = z.infer<typeof Separator>;

export const CsvQuery = z.strictObject({
  ...ExportQuery.shape,
  separator: Separator.default('comma'),
});
export type CsvQuery = z.infer<typeof CsvQuery>;

export const ImportQuery = z.strictObject({ mode: z.enum(importModes).default('merge') });
export type ImportQuery = z.infer<typeof ImportQuery>;
