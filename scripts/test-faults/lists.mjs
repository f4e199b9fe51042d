// The lists that are imported, and how a server looks that holds all of one or nothing of it.
import { createRequire } from 'node:module';
import path from 'node:path';

/** @typedef {'csv' | 'xlsx'} Format */
/** @typedef {'merge' | 'mirror'} Mode */

const HEADER = [
  'account_name',
  'contact',
  'expire_date',
  'total_devices',
  'data_limit_gb',
  'remark',
];
/** Of each kind that a server has before: users whom no list names, and users whom one changes. */
const KEPT = 300;
const SHARED = 300;

/**
 * So many users, all of whom the list adds or changes.
 * @param {string} root
 * @param {number} rows
 * @param {Format} format
 */
export function makeList(root, rows, format) {
  const users = Array.from({ length: rows }, (_, index) => user(`user-${index}`, 'new'));
  return { rows, format, content: format === 'csv' ? csv(users) : workbook(root, users) };
}
/** @typedef {ReturnType<typeof makeList>} List */

/** What every server holds before its round. */
export function makeSeed() {
  const kept = Array.from({ length: KEPT }, (_, index) => user(`old-${index}`, 'before'));
  const shared = Array.from({ length: SHARED }, (_, index) => user(`user-${index}`, 'before'));
  return { rows: KEPT + SHARED, format: 'csv', content: csv([...kept, ...shared]) };
}

/** What tells a server that holds nothing of a list from one that holds a part of it. */
export const LOOK = `
  select count(*) filter (where account_name like 'old-%') || ' old, '
    || count(*) filter (where account_name like 'user-%' and contact = 'before') || ' before, '
    || count(*) filter (where account_name like 'user-%' and contact = 'new') || ' new' as look
  from users where server_id = $1 and deleted_at is null`;

export const lookBefore = `${KEPT} old, ${SHARED} before, 0 new`;

/**
 * @param {number} rows
 * @param {Mode} mode
 */
export function lookAfter(rows, mode) {
  if (mode === 'mirror') return `0 old, 0 before, ${rows} new`;
  return `${KEPT} old, ${Math.max(0, SHARED - rows)} before, ${rows} new`;
}

/**
 * How many rows of the log an import leaves.
 * @param {number} rows
 * @param {Mode} mode
 */
export function entriesOf(rows, mode) {
  return rows + (mode === 'mirror' ? KEPT + Math.max(0, SHARED - rows) : 0);
}

/**
 * @param {string} name
 * @param {string} contact
 */
function user(name, contact) {
  return [name, contact, '2027-01-31', 2, 100, 'a remark '.repeat(12).trim()];
}

/** @param {(string | number)[][]} users */
function csv(users) {
  return [HEADER, ...users].map((cells) => cells.join(',')).join('\r\n');
}

/**
 * Not by the product's own writer.
 * @param {string} root
 * @param {(string | number)[][]} users
 * @returns {Uint8Array}
 */
function workbook(root, users) {
  const { utils, write } = createRequire(path.join(root, 'apps/api/package.json'))('xlsx');
  const book = utils.book_new(utils.aoa_to_sheet([HEADER, ...users]), 'Users');
  return write(book, { type: 'buffer', bookType: 'xlsx', compression: true });
}
