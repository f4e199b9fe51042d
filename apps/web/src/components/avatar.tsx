/** Someone's initials. Decoration, and no text of a label: the name always stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      data-initials={initialsOf(name)}
      className="grid size-7 shrink-0 select-none place-items-center rounded-full bg-accent-wash font-semibold text-[0.6875rem] text-accent-ink before:content-[attr(data-initials)]"
    />
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/[\s._-]+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  const initials = letters.map((word) => Array.from(word ?? '')[0] ?? '').join('');
  return (initials.length > 1 ? initials : name.slice(0, 2)).toUpperCase();
}
