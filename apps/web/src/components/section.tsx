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
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div className="grid gap-0.5">
          <h2 id={id} className="text-section">
            {title}
          </h2>
          {text ? <p className="max-w-[64ch] text-ink-2">{text}</p> : null}
        </div>
        {aside}
      </div>
      {children}
    </section>
  );
}
