import { NavLink } from 'react-router';

/** The parts of one thing, each with its own address. */
export function TabLinks({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { to: string; text: string }[];
}) {
  return (
    <nav aria-label={label} className="mb-6 border-line border-b">
      <ul className="-mb-px flex gap-5 overflow-x-auto">
        {tabs.map((tab) => (
          <li key={tab.to}>
            <NavLink
              end
              to={tab.to}
              className="inline-flex h-9 items-center border-transparent border-b-2 font-[550] text-ink-2 hover:text-ink focus-visible:-outline-offset-2 aria-[current]:border-accent aria-[current]:text-ink touch:h-11"
            >
              {tab.text}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
