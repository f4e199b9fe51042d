import { useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';

/** The parts of one thing, each with its own address: beside the page, and on a narrow one above it, to scroll. */
export function SideLinks({
  label,
  links,
}: {
  label: string;
  links: readonly { to: string; text: string }[];
}) {
  const listRef = useRef<HTMLUListElement>(null);
  const { pathname } = useLocation();
  // On a narrow page the part that is shown may be out of sight.
  useEffect(() => {
    const current = listRef.current?.querySelector(`[href="${pathname}"]`);
    current?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [pathname]);
  return (
    <nav aria-label={label} className="min-w-0 border-line max-lg:border-b">
      <ul
        ref={listRef}
        className="flex max-lg:-mb-px max-lg:gap-5 max-lg:overflow-x-auto lg:sticky lg:top-20 lg:flex-col lg:gap-0.5"
      >
        {links.map((link) => (
          <li key={link.to}>
            <NavLink end to={link.to} className={linkShape}>
              {link.text}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const linkShape =
  'flex items-center whitespace-nowrap font-[550] text-ink-2 hover:text-ink focus-visible:-outline-offset-2 aria-[current]:text-ink max-lg:h-9 max-lg:border-transparent max-lg:border-b-2 max-lg:touch:h-11 max-lg:aria-[current]:border-accent lg:h-8 lg:rounded-control lg:px-3 lg:hover:bg-sunken lg:aria-[current]:bg-accent-wash lg:aria-[current]:text-accent-ink';
