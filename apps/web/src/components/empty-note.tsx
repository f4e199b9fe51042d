import type { ReactNode } from 'react';
import { TideMark } from './tide-mark.tsx';

/** Where nothing is yet: one sentence, and the way to the first one. */
export function EmptyNote({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="flex items-start gap-4 rounded-panel border border-line bg-surface px-5 py-6 touch:px-4 touch:py-5">
      <TideMark size={24} />
      <div className="grid min-w-0 gap-3.5">
        <p className="max-w-[64ch] text-prose">{text}</p>
        {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
      </div>
    </div>
  );
}
