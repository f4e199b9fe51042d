import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

interface DrawerProps {
  label: string;
  title: ReactNode;
  lead?: ReactNode;
  /** Whether it takes the focus as it opens; a peek leaves it with the list. */
  takesFocus: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A leaf at the page's right that leaves the list usable; on a phone it is the page. */
export function Drawer({ label, title, lead, takesFocus, onClose, children }: DrawerProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  return (
    <aside
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
      className="drawer fixed top-[52px] right-0 bottom-0 z-20 flex w-[480px] max-w-full flex-col border-line border-l bg-raised shadow-float touch:inset-0 touch:z-30 touch:w-full touch:border-l-0"
    >
      <header className="flex items-start justify-between gap-4 px-6 pt-5 pb-3 touch:px-4">
        <div className="grid min-w-0 gap-0.5">
          <h2
            ref={heading}
            tabIndex={-1}
            className="truncate text-[1.25rem] font-semibold leading-7 tracking-[-0.015em] outline-none"
          >
            {title}
          </h2>
          {lead ? <div className="text-ink-2">{lead}</div> : null}
        </div>
        <button
          type="button"
          aria-label={t('states.close')}
          onClick={onClose}
          className="-mr-2 grid size-8 shrink-0 place-items-center rounded-control text-ink-3 hover:bg-sunken hover:text-ink touch:size-11"
        >
          <X aria-hidden size={16} />
        </button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-6 touch:px-4">
        <div className="pb-8">{children}</div>
      </div>
    </aside>
  );
}
