import type { ReactNode } from 'react';

/** Where nothing is yet: one sentence, and the way to the first one. */
export function EmptyNote({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-start gap-3 rounded-panel border border-line border-dashed px-5 py-6">
      <p className="max-w-[64ch] text-ink-2">{text}</p>
      {children}
    </div>
  );
}
