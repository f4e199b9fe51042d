/** A key to press. */
export function Key({ children }: { children: string }) {
  return (
    <kbd
      translate="no"
      className="inline-grid h-5 min-w-5 place-items-center rounded-check border border-line bg-surface px-1 font-mono text-[0.75rem] text-ink-2"
    >
      {children}
    </kbd>
  );
}

/** Keys pressed together, or one of which is pressed. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className="inline-flex gap-1">
      {keys.map((key) => (
        <Key key={key}>{key}</Key>
      ))}
    </span>
  );
}
