import { readFileSync, writeFileSync } from 'node:fs';

/** What a process took of the machine's memory, in MB. */
export interface Memory {
  beforeMb: number;
  peakMb: number;
}

/** Watches a process from now on: the kernel keeps its peak. What is given tells what it came to. */
export function watchMemory(pid: number): () => Memory {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const beforeMb = read(pid, 'VmRSS');
  return () => ({ beforeMb, peakMb: read(pid, 'VmHWM') });
}

function read(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
