/**
 * The first key that a JSON text names twice in one object, or undefined. `JSON.parse` silently lets the last
 * one win, so two readers of one request could see two different requests.
 */
export function findDuplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':')) {
      const key: string = JSON.parse(token.slice(0, -1).trimEnd());
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** A string (with the colon behind it where it is a key), or a bracket. */
const tokens = /"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/gs;
