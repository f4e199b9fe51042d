import pg from 'pg';
import { AppError } from '#lib/errors.ts';

/** What a file holds and a table does not take: of another kind, too long, twice, or referring to nothing. */
export async function refuseUnfit<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError) || !/^2[23]/.test(cause.code ?? '')) throw cause;
    const { table = 'a table', constraint } = cause;
    throw new AppError(
      'snapshot_unreadable',
      `A row of the file does not fit into ${table}: ${cause.message}.`,
      { part: table, ...(constraint && { constraint }) },
      { cause },
    );
  }
}
