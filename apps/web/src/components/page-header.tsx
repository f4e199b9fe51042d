import type { ReactNode } from 'react';
import { Title } from './title.tsx';

interface PageHeaderProps {
  title: string;
  /** For a title that is somebody's name. */
  translate?: 'no';
  /** The tab's title, where it should say more than the page's name. */
  tabTitle?: string;
  lead?: ReactNode;
  actions?: ReactNode;
}

/** A page's name, which takes the focus when the page is gone to. */
export function PageHeader({ title, translate, tabTitle, lead, actions }: PageHeaderProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 pt-6 pb-5 touch:gap-y-4.5 touch:pt-4">
      <Title page={tabTitle ?? title} />
      <div className="grid min-w-0 gap-1">
        <h1 tabIndex={-1} translate={translate} className="text-title text-balance wrap-anywhere">
          {title}
        </h1>
        {lead ? <div className="text-ink-2">{lead}</div> : null}
      </div>
      {/* On a phone a control is higher than the title: it stands on the title's middle, not below it. */}
      {actions ? (
        <div className="flex flex-wrap items-center gap-2 touch:-my-1.5">{actions}</div>
      ) : null}
    </header>
  );
}
