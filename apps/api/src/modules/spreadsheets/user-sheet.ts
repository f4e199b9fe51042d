import type { Service } from '@cmp/shared/services';
import { type Column, plainColumns, UNLIMITED } from '@cmp/shared/workbook';
import {
  type Look,
  type WrittenCell,
  type WrittenSheet,
  writeWorkbook,
} from './workbook-writer.ts';

/** What an export says of a user. */
export interface ExportedUser {
  accountName: string;
  service: string | null;
  contact: string | null;
  expiresOn: string | null;
  totalDevices: number | null;
  dataLimitGb: number | null;
  remark: string | null;
  enabled: boolean;
  /** What a new user of this service gets where the cell is blank. */
  serviceDevices: number | null;
}

const cellOf = {
  account_name: ({ accountName }) => accountName,
  service_type: ({ service }) => service,
  contact: ({ contact }) => contact,
  expire_date: ({ expiresOn }) => expiresOn,
  // A blank would be read as the service's default where the user is new.
  total_devices: ({ totalDevices, serviceDevices }) =>
    totalDevices ?? (serviceDevices === null ? null : UNLIMITED),
  data_limit_gb: ({ dataLimitGb }) => dataLimitGb ?? UNLIMITED,
  remark: ({ remark }) => remark,
  enabled: ({ enabled }) => String(enabled),
} as const satisfies Record<Column, (user: ExportedUser) => WrittenCell>;

/** A user as a row of these columns: dates as they are written, text as text. */
export function rowOf(user: ExportedUser, columns: readonly Column[]): WrittenCell[] {
  return columns.map((column) => cellOf[column](user));
}

/** The workbook of an export, written while the users come in. */
export function writeUsers(
  batches: AsyncIterable<ExportedUser[]>,
  columns: readonly Column[],
): AsyncGenerator<Buffer> {
  async function* rows() {
    for await (const users of batches) yield users.map((user) => rowOf(user, columns));
  }
  return writeWorkbook([
    { name: 'Users', columns: columns.map(formatOf), header: columns, rows: rows() },
  ]);
}

/** A workbook to fill in: the services offered, dates as dates, and a sheet that explains each column. */
export function writeTemplate(services: readonly Service[]): AsyncGenerator<Buffer> {
  const users: WrittenSheet = {
    name: 'Users',
    columns: plainColumns.map((column) => ({
      ...formatOf(column),
      ...(column === 'expire_date' && { look: 'date' }),
    })),
    header: plainColumns,
    rows: [],
    ...(services.length > 0 && {
      choice: {
        column: plainColumns.indexOf('service_type'),
        from: `Services!$A$2:$A$${services.length + 1}`,
      },
    }),
  };
  const columns: WrittenSheet = {
    name: 'Columns',
    columns: [18, 70, 22].map((width) => ({ width, look: 'text' })),
    header: ['column', 'what it holds', 'example'],
    rows: [plainColumns.map((column) => [column, ...explanationOf[column]])],
  };
  const offered: WrittenSheet = {
    name: 'Services',
    columns: [24, 16, 16].map((width) => ({ width, look: 'text' })),
    header: ['service_type', 'total_devices', 'data_limit_gb'],
    rows: [
      services.map(({ name, devices, dataLimitGb }) => [name, devices, dataLimitGb ?? UNLIMITED]),
    ],
  };
  return writeWorkbook([users, columns, offered]);
}

const explanationOf: Record<(typeof plainColumns)[number], [string, string]> = {
  account_name: ['The account, once in the list. The only column that must be filled in.', 'ann'],
  service_type: ['One of the services of the sheet Services.', 'Basic'],
  contact: ['How to reach the customer.', '+95 9 123 456 789'],
  expire_date: ['The last valid day, as a date or YYYY-MM-DD. Blank: never expires.', '2027-01-31'],
  total_devices: ['A whole number. Blank: what the service gives.', '2'],
  data_limit_gb: [`A number, or "${UNLIMITED}". Blank: what the service gives.`, '100'],
  remark: ['Anything worth remembering, up to 1,000 characters.', 'pays in cash'],
};

function formatOf(column: Column): { width: number; look: Look } {
  const isNumber = column === 'total_devices' || column === 'data_limit_gb';
  const width = { contact: 24, remark: 40, account_name: 24 };
  return {
    width: column in width ? width[column as keyof typeof width] : 16,
    look: isNumber ? 'plain' : 'text',
  };
}
