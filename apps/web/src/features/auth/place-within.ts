/** Where to go after signing in: a place inside the panel, never another site. */
export function placeWithin(to: string | null): string {
  if (!to) return '/';
  const target = URL.parse(to, location.origin);
  if (!target || target.origin !== location.origin || !to.startsWith('/')) return '/';
  return `${target.pathname}${target.search}${target.hash}`;
}
