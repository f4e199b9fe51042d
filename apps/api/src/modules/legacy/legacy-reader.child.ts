import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { NotLegacy, readLegacyFile } from './legacy-file.ts';
import { legacyRows } from './legacy-rows.ts';

const Rules = z.object({
  dateOrder: z.enum(['DMY', 'MDY']),
  timeZone: z.string(),
  services: z.array(z.object({ name: z.string(), aliases: z.array(z.string()) })),
});

// First what the file says of itself; then lines that begin with [ are batches of rows. A refusal is the last line.
const batchRows = 500;
try {
  const rules = Rules.parse(JSON.parse(await text(process.stdin)));
  const file = readLegacyFile(readFileSync(3, 'utf8'));
  await write({ type: file.type, createdAt: file.createdAt });
  let batch: object[] = [];
  for (const row of legacyRows(file, rules)) {
    batch.push(row);
    if (batch.length === batchRows) {
      await write(batch);
      batch = [];
    }
  }
  await write(batch);
} catch (error) {
  await write({ message: error instanceof NotLegacy ? error.message : String(error) });
}

function write(line: object): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve());
  return promise;
}
