import type { ReactNode } from 'react';

type Tone = 'info' | 'soon' | 'danger';

/** A sentence that belongs to the form or the panel below it. */
export function Notice({
  tone,
  title,
  children,
}: {
  tone: Tone;
  title?: string;
  children?: ReactNode;
}) {
  return (
    <div
      role={tone === 'info' ? 'status' : 'alert'}
      className={`rounded-control px-3 py-2.5 text-body ${washOf[tone]}`}
    >
      {title ? <p className="font-semibold">{title}</p> : null}
      {children}
    </div>
  );
}

const washOf: Record<Tone, string> = {
  info: 'bg-info-wash text-info-ink',
  soon: 'bg-soon-wash text-soon-ink',
  danger: 'bg-expired-wash text-expired-ink',
};
