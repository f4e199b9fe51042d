import { open } from 'node:fs/promises';
import type { ReadingRules } from '@cmp/shared/workbook';
import { AppError } from '#lib/errors.ts';
import { runBounded, SubprocessError, type Usage } from '#lib/subprocess.ts';
import { FileRefusal } from './file-refusal.ts';

interface Reading {
  path: string;
  fileName: string;
  rules: ReadingRules;
  signal?: AbortSignal;
  onExit?: (usage: Usage) => void;
}

/**
 * The rows of an uploaded file, read in a child that can be killed: batches of `FileRow` as JSON text, which the
 * database takes as it is. Refuses with the sentence that says what is wrong with the file.
 */
export async function* readBounded({
  path,
  fileName,
  rules,
  ...watch
}: Reading): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    yield* refusing(
      runBounded({
        entry: new URL('./file-reader.child.ts', import.meta.url),
        input: JSON.stringify({ fileName, rules }),
        descriptor: file.fd,
        cpuSeconds: 5 + (size / 1_000_000) * 2.5,
        memoryMegabytes: 768,
        ...watch,
      }),
    );
  } finally {
    await file.close();
  }
}

async function* refusing(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    for await (const line of lines) {
      if (!line.startsWith('[')) throw asError(FileRefusal.parse(JSON.parse(line)));
      yield line;
    }
  } catch (error) {
    throw error instanceof SubprocessError ? asError(refusalOf[error.reason]) : error;
  }
}

function asError({ code, message, details }: FileRefusal): AppError {
  return new AppError(code, message, details);
}

const refusalOf: Record<SubprocessError['reason'], FileRefusal> = {
  deadline: {
    code: 'file_unreadable',
    message: 'The file could not be read in the time there is for it. Save it again, or split it.',
    details: { reason: 'deadline' },
  },
  memory: {
    code: 'file_too_large',
    message:
      'The file needs more memory than a list may. Remove other sheets and formats, or split it.',
    details: { limit: 'memory' },
  },
  crash: {
    code: 'file_unreadable',
    message: 'The file is damaged: reading it came to no end. Save it again, then import it.',
    details: { reason: 'damaged' },
  },
};
