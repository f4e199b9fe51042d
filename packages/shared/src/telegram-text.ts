/** What one message may hold. Telegram counts what is seen; counting the marks too errs on the safe side. */
const MOST = 4096;

/**
 * The messages that say it in order: cut between lines or words where there are any, never within a tag, an entity or
 * a character, and with whatever is bold or linked going on in the next.
 */
export function splitHtml(html: string, most: number = MOST): string[] {
  const tokens = html.match(/<\/?[a-z][^<>]*>|&(?:#\d+|#x[\da-f]+|[a-z]\w*);|[\s\S]/giu) ?? [];
  const parts: string[] = [];
  let at = 0;
  let open: string[] = [];
  while (at < tokens.length) {
    const { end, openAtEnd } = reach(tokens, at, open, most);
    const part = open.join('') + tokens.slice(at, end).join('') + closing(openAtEnd);
    if (isSeen(part)) parts.push(part.trim());
    at = end;
    open = openAtEnd;
  }
  return parts;
}

interface Cut {
  end: number;
  openAtEnd: string[];
}

/** How far one message goes: at least one token further, so that it comes to an end. */
function reach(tokens: readonly string[], start: number, openBefore: string[], most: number): Cut {
  let open = openBefore;
  let length = open.join('').length;
  let anywhere: Cut = { end: start + 1, openAtEnd: openAfter(open, tokens[start] ?? '') };
  let line: Cut | undefined;
  let word: Cut | undefined;
  for (const [index, token] of tokens.slice(start).entries()) {
    length += token.length;
    open = openAfter(open, token);
    if (length + closing(open).length > most) return line ?? word ?? anywhere;
    anywhere = { end: start + index + 1, openAtEnd: open };
    if (token === '\n') line = anywhere;
    if (token === ' ') word = anywhere;
  }
  return anywhere;
}

function openAfter(open: string[], token: string): string[] {
  if (token.length < 3 || !token.startsWith('<')) return open;
  return token.startsWith('</') ? open.slice(0, -1) : [...open, token];
}

function closing(open: readonly string[]): string {
  return open
    .map((tag) => `</${/^<([\w-]+)/.exec(tag)?.[1] ?? ''}>`)
    .toReversed()
    .join('');
}

/** An empty message is refused. */
function isSeen(part: string): boolean {
  return part.replaceAll(/<[^<>]*>/g, '').trim() !== '';
}
