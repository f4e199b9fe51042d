/** A service in its colour; those the product does not ship share one. */
export function ServiceName({ name }: { name: string | null }) {
  return (
    <span translate="no" className={`font-[550] ${colourOf(name ?? '')}`}>
      {name ?? '—'}
    </span>
  );
}

function colourOf(name: string): string {
  const key = name.toLowerCase();
  return key in tierOf ? (tierOf[key] ?? '') : 'text-ink-2';
}

const tierOf: Record<string, string> = {
  mini: 'text-tier-mini',
  basic: 'text-tier-basic',
  unlimited: 'text-tier-unlimited',
};
