/** The most that stands in memory at once, and is sent in one statement. */
const mostRows = 2_000;
const mostChars = 4_000_000;

/** Rows as JSON arrays that are neither too many nor too large. */
export async function* asArrays(
  batches: AsyncIterable<string[]>,
): AsyncGenerator<{ rows: number; json: string }> {
  let lines: string[] = [];
  let chars = 0;
  const take = () => {
    const taken = { rows: lines.length, json: `[${lines.join(',')}]` };
    lines = [];
    chars = 0;
    return taken;
  };
  for await (const batch of batches)
    for (const line of batch) {
      if (lines.length > 0 && (lines.length >= mostRows || chars + line.length > mostChars))
        yield take();
      lines.push(line);
      chars += line.length;
    }
  if (lines.length > 0) yield take();
}
