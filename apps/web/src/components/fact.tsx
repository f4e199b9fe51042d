import type { ReactNode } from 'react';

/** A name and what it is, in a ruled list of such. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 border-line border-b py-2">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tnum">{children}</dd>
    </div>
  );
}
