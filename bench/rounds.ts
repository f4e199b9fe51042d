/** What one measurement gave on each side, round by round: the pairs were taken within seconds of each other. */
export interface Pair {
  product: number[];
  bare: number[];
}

/** Measures both sides in every round and changes who is first, so that a busy neighbour falls on both. */
export async function interleave(
  rounds: number,
  measure: (side: keyof Pair, round: number) => Promise<number>,
): Promise<Pair> {
  const pair: Pair = { product: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['product', 'bare'] as const) : (['bare', 'product'] as const);
    for (const side of order) pair[side].push(await measure(side, round));
  }
  return pair;
}

export interface Summary {
  median: number;
  min: number;
  max: number;
}

export function summarise(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (index: number) =>
    sorted[Math.max(0, Math.min(sorted.length - 1, index))] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** One ratio for each round, so that a slow minute does not meet a fast one. */
export function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, round) => value / (under[round] ?? Number.NaN));
}
