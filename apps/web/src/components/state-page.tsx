import type { ReactNode } from 'react';
import { Title } from './title.tsx';

interface StatePageProps {
  code?: string;
  title: string;
  text: string;
  children: ReactNode;
}

/** A whole page that says why there is no page, and where to go instead. */
export function StatePage({ code, title, text, children }: StatePageProps) {
  return (
    <div className="grid max-w-[52ch] justify-items-start gap-2 pt-[12vh]">
      <Title page={title} />
      {code ? (
        <p aria-hidden className="tnum text-hero text-ink-3">
          {code}
        </p>
      ) : null}
      <h1 tabIndex={-1} className="text-title">
        {title}
      </h1>
      <p className="text-ink-2 text-prose">{text}</p>
      <div className="mt-3 flex flex-wrap gap-2">{children}</div>
    </div>
  );
}
