import { Counter, Gauge, type Registry } from 'prom-client';

/** A figure that was read rather than counted here, by the values of its labels. */
export interface Figure {
  name: string;
  help: string;
  /** A counter that somebody else counts; else a gauge. */
  isCounter?: true;
  samples: { labels?: Readonly<Record<string, string>>; value: number }[];
}

export function addFigure(registry: Registry, { name, help, isCounter, samples }: Figure): void {
  // A gauge without labels that was never set would be told as 0.
  if (samples.length === 0) return;
  const labelNames = Object.keys(samples[0]?.labels ?? {});
  const options = { name, help, labelNames, registers: [registry] };
  if (isCounter) {
    const counter = new Counter(options);
    for (const { labels = {}, value } of samples) counter.inc(labels, value);
    return;
  }
  const gauge = new Gauge(options);
  for (const { labels = {}, value } of samples) gauge.set(labels, value);
}

/** One figure without labels; nothing where there is nothing to tell, which an alert can ask for. */
export function figure(name: string, help: string, value: number | boolean | null): Figure {
  return { name, help, samples: value === null ? [] : [{ value: Number(value) }] };
}
