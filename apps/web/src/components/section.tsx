import { type ReactNode, useId } from 'react';

interface SectionProps {
  title: string;
  text?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

/** A part of a page: a heading on a hairline, and what belongs to it. */
export function Section({ title, text, aside, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="grid min-w-0 grow basis-64 gap-0.5">
          <h2 id={id} className="text-section">
            {title}
          </h2>
          {text ? <p className="max-w-[64ch] text-ink-2">{text}</p> : null}
        </div>
        {/* A control is higher than the heading: their middles meet. */}
        {aside ? <div className="-my-1 touch:my-0">{aside}</div> : null}
      </div>
      {children}
    </section>
  );
}
