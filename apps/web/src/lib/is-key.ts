/** Whether a table has such a row: what the portal calls something may be newer than this panel's words for it. */
export function isKey<Names extends object>(
  names: Names,
  key: string,
): key is keyof Names & string {
  return Object.hasOwn(names, key);
}
