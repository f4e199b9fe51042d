// Whether an answer looks like the one that a page shows: the same fields, of the same kinds.

/**
 * Null says nothing of the kind, and a field … that there are more. Of an array's items the first is shown.
 * @param {unknown} shown
 * @param {unknown} real
 * @param {string} [at]
 * @returns {string[]} what differs
 */
export function differences(shown, real, at = 'the answer') {
  if (shown === null) return [];
  if (kindOf(shown) !== kindOf(real))
    return real === null && at !== 'the answer'
      ? []
      : [`${at} is ${kindOf(real)}, and shown as ${kindOf(shown)}`];
  if (Array.isArray(shown) && Array.isArray(real)) {
    if (shown.length === 0) return [];
    return real.length === 0
      ? [`${at} is empty, and shown with items`]
      : differences(shown[0], real[0], `${at}[0]`);
  }
  if (isRecord(shown) && isRecord(real)) return differentFields(shown, real, at);
  return [];
}

/**
 * @param {Record<string, unknown>} shown
 * @param {Record<string, unknown>} real
 * @param {string} at
 */
function differentFields(shown, real, at) {
  const { '…': more, ...fields } = shown;
  const names = Object.keys(fields);
  const missing = names.filter((name) => !(name in real));
  const unsaid = more === undefined ? Object.keys(real).filter((name) => !(name in fields)) : [];
  return [
    ...missing.map((name) => `${at} has no ${name}`),
    ...unsaid.map((name) => `${at} has ${name}, which is not shown`),
    ...names
      .filter((name) => name in real)
      .flatMap((name) => differences(fields[name], real[name], `${at}.${name}`)),
  ];
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return kindOf(value) === 'an object';
}

/** @param {unknown} value */
function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
