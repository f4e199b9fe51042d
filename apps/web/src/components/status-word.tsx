type Status = 'active' | 'soon' | 'expired' | 'off';

/** A state by its sign and its word, never by colour alone. What is well stays quiet. */
export function StatusWord({ status, children }: { status: Status; children: string }) {
  return (
    <span
      className={`inline-flex min-h-[22px] items-center gap-1.5 whitespace-nowrap ${washOf[status]}`}
    >
      <span aria-hidden className={signColourOf[status]}>
        {signOf[status]}
      </span>
      {children}
    </span>
  );
}

const signOf = { active: '●', soon: '▲', expired: '✕', off: '—' } as const satisfies Record<
  Status,
  string
>;
const signColourOf: Record<Status, string> = {
  active: 'text-[0.5625rem] text-active-fill',
  soon: 'text-[0.6875rem]',
  expired: 'text-[0.6875rem]',
  off: '',
};
const washOf: Record<Status, string> = {
  active: 'text-ink',
  soon: 'rounded-tag bg-soon-wash px-2 text-soon-ink',
  expired: 'rounded-tag bg-expired-wash px-2 text-expired-ink',
  off: 'rounded-tag bg-off-wash px-2 text-off-ink',
};
