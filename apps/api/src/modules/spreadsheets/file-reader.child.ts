import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { readFile } from './file-reader.ts';
import { damaged, RefusedFile } from './file-refusal.ts';

/** What the parent asks: the file itself is descriptor 3, so that this process need open nothing. */
const Question = z.object({
  fileName: z.string(),
  rules: z.object({
    dateOrder: z.enum(['DMY', 'MDY']),
    services: z.array(z.object({ name: z.string(), aliases: z.array(z.string()) })),
  }),
});

// Each line that begins with [ is a batch of rows; the one that begins with { is a refusal, and the last.
try {
  const { fileName, rules } = Question.parse(JSON.parse(await text(process.stdin)));
  for await (const rows of readFile(readFileSync(3), fileName, rules)) await write(rows);
} catch (error) {
  const { refusal } = error instanceof RefusedFile ? error : damaged();
  await write(refusal);
}

function write(line: object): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve());
  return promise;
}
