/** The columns beside the account name, which is always there. */
const columns = {
  server: { width: 'minmax(7rem,1fr)', px: 112 },
  status: { width: '6.5rem', px: 104 },
  service: { width: '6rem', px: 96 },
  left: { width: '10.75rem', px: 172 },
  expires: { width: '6.75rem', px: 108 },
  contact: { width: 'minmax(8.5rem,1fr)', px: 136 },
  devices: { width: '4.25rem', px: 68 },
  data: { width: '4rem', px: 64 },
  remark: { width: 'minmax(7rem,1.4fr)', px: 112 },
} as const;

export type ColumnId = keyof typeof columns;

export const columnIds = Object.keys(columns).filter(isColumnId);

/** The columns there are: within one server its name goes without saying. */
export const columnsOf = (ofServer: boolean): readonly ColumnId[] =>
  ofServer ? columnIdsOfServer : columnIds;

const columnIdsOfServer = columnIds.filter((id) => id !== 'server');

/** What a card of a narrow screen has room for. */
export const cardColumnsOf = (ofServer: boolean): ColumnId[] =>
  columnsOf(ofServer).filter((id) => onCards.includes(id));

const onCards: readonly ColumnId[] = ['server', 'service', 'contact', 'remark', 'left', 'expires'];

export function isColumnId(text: string): text is ColumnId {
  return text in columns;
}

/** What a narrow page goes without, first to last. */
const firstToGo: readonly ColumnId[] = [
  'remark',
  'devices',
  'data',
  'contact',
  'service',
  'status',
  'expires',
];

/** The tick box, the name, the quick renewal and the switch, with the row's own padding. */
const alwaysPx = 40 + 144 + 80 + 60 + 8;

/** The wanted columns that have room, in their order. */
export function columnsThatFit(wanted: readonly ColumnId[], widthPx: number): ColumnId[] {
  const fitting = new Set(wanted);
  for (const id of firstToGo) {
    if (widthOf(fitting) <= widthPx) break;
    fitting.delete(id);
  }
  return columnIds.filter((id) => fitting.has(id));
}

const widthOf = (ids: ReadonlySet<ColumnId>) =>
  [...ids].reduce((total, id) => total + columns[id].px, alwaysPx);

/** The grid's template for these columns. */
export function templateOf(shown: readonly ColumnId[], writes: boolean): string {
  const middle = shown.map((id) => columns[id].width);
  const name = 'minmax(9rem,1.3fr)';
  return (writes ? ['2.5rem', name, ...middle, '5rem', '3.75rem'] : [name, ...middle]).join(' ');
}
