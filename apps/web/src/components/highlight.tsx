/** A text with what was looked for marked. */
export function Highlight({ text, wanted }: { text: string; wanted: string }) {
  const at = wanted === '' ? -1 : text.toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return text;
  const end = at + wanted.length;
  return (
    <>
      {text.slice(0, at)}
      <mark className="rounded-[3px] bg-soon-wash text-inherit shadow-[0_0_0_1px_var(--soon-wash)]">
        {text.slice(at, end)}
      </mark>
      {text.slice(end)}
    </>
  );
}
