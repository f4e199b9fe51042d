import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { BenchPostgres } from './postgres.ts';
import type { Summary } from './rounds.ts';

/** Where a result was measured: without it the numbers say nothing. */
export function conditions(postgres: BenchPostgres) {
  return { ...machine(), postgres: postgres.version, postgresSettings: postgres.settings };
}

/** Of the machine and the code alone. */
export function machine() {
  return {
    at: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD'),
    isAltered: git('status', '--porcelain', '--untracked-files=no') !== '',
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    loadBefore: loadavg().map((load) => Math.round(load * 100) / 100),
    node: process.versions.node,
  };
}

/** Keeps everything that was measured, to be read again when a number looks odd. */
export function keepResult(
  bench: string,
  result: { conditions: { at: string }; [part: string]: unknown },
): string {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const name = `${bench}-${result.conditions.at.replaceAll(/[:.]/g, '-')}.json`;
  writeFileSync(new URL(name, folder), `${JSON.stringify({ bench, ...result }, null, 2)}\n`);
  return `results/${name}`;
}

/** `median (min–max)`, to as many digits as such a number deserves. */
export function range({ median, min, max }: Summary): string {
  const digits = median < 10 ? 2 : 0;
  const write = (value: number) => value.toFixed(digits);
  return `${write(median)} (${write(min)}–${write(max)})`;
}

export function printTable(rows: readonly Record<string, string>[]): void {
  const [first] = rows;
  if (!first) return;
  const names = Object.keys(first);
  const width = (name: string) =>
    Math.max(name.length, ...rows.map((row) => (row[name] ?? '').length));
  const line = (cellOf: (name: string) => string) =>
    names
      .map((name) => cellOf(name).padEnd(width(name)))
      .join('  ')
      .trimEnd();
  console.log(line((name) => name));
  for (const row of rows) console.log(line((name) => row[name] ?? ''));
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}
