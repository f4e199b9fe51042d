/** The product's sign: two strokes of the tide. */
export function TideMark({ size = 22 }: { size?: number }) {
  return (
    <svg
      aria-hidden
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="var(--accent)"
      strokeWidth="1.8"
      strokeLinecap="round"
      className="shrink-0"
    >
      <path d="M2 9c3.3-4.4 6.7-4.4 10 0s6.7 4.4 10 0" />
      <path d="M2 16c3.3-4.4 6.7-4.4 10 0s6.7 4.4 10 0" />
    </svg>
  );
}
