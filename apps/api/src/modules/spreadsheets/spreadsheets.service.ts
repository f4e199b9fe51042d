import type { ExportQuery, Separator } from '@cmp/shared/spreadsheets';
import type { StatusBounds } from '@cmp/shared/status';
import { columns, plainColumns } from '@cmp/shared/workbook';
import type { Db } from '#database/client.ts';
import { getServer } from '#modules/servers/servers.service.ts';
import { servicesSold } from '#modules/services/services.service.ts';
import { type Actor, requireOnServer } from '#plugins/access.ts';
import { writeCsv } from './csv.ts';
import { fileName } from './file-name.ts';
import { type Spooled, spool } from './spool.ts';
import { eachUser } from './spreadsheets.repository.ts';
import { rowOf, writeTemplate, writeUsers } from './user-sheet.ts';

export interface NamedFile extends Spooled {
  name: string;
}

/** A workbook to fill in for a server. */
export async function makeTemplate(
  db: Db,
  actor: Actor,
  folder: string,
  serverId: number,
): Promise<NamedFile> {
  const server = await getServer(db, actor.scope, serverId);
  const services = await servicesSold(db);
  const file = await spool(folder, (save) => save(writeTemplate(services)));
  return { ...file, name: fileName(server.name, ' - template.xlsx') };
}

/** A server's users as a workbook, or as CSV where a separator is named. */
export async function exportUsers(
  db: Db,
  actor: Actor,
  folder: string,
  serverId: number,
  { withEnabled = false, sort = 'name', ...filter }: ExportQuery,
  bounds: StatusBounds,
  separator?: Separator,
): Promise<NamedFile> {
  const { scope } = actor;
  const server = await getServer(db, scope, serverId);
  requireOnServer(actor, 'users:export', serverId);

  const written = withEnabled ? columns : plainColumns;
  const file = await spool(folder, (save) =>
    eachUser(db, { scope, serverId, bounds, filter, sort }, (batches) => {
      if (!separator) return save(writeUsers(batches, written));
      const rows = mapped(batches, (users) => users.map((user) => rowOf(user, written)));
      return save(writeCsv(written, rows, separator));
    }),
  );
  return { ...file, name: fileName(server.name, ` - users.${separator ? 'csv' : 'xlsx'}`) };
}

async function* mapped<From, To>(
  items: AsyncIterable<From>,
  map: (item: From) => To,
): AsyncGenerator<To> {
  for await (const item of items) yield map(item);
}
