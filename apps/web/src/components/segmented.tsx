interface SegmentedProps<Value extends string> {
  /** Names the group for those who cannot see where it stands. */
  label: string;
  name: string;
  value: Value;
  options: readonly { value: Value; text: string; name?: string; disabled?: boolean }[];
  onChange: (value: Value) => void;
  size?: 'control' | 'row';
}

/** One of a few, side by side: radio buttons underneath, so that arrows work. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const height = props.size === 'row' ? 'min-h-[26px] touch:min-h-10' : 'min-h-control';
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className={`inline-grid auto-cols-fr grid-flow-col overflow-clip touch:w-full rounded-control border border-line-strong bg-surface ${height}`}
    >
      {props.options.map((option) => (
        <label
          key={option.value}
          className="relative grid min-w-11 place-items-center whitespace-nowrap border-line border-l px-3 text-body font-[550] text-ink-2 transition-colors first-of-type:border-l-0 hover:bg-sunken has-checked:bg-accent has-checked:text-on-accent has-disabled:cursor-not-allowed has-disabled:text-ink-3 has-disabled:opacity-50 has-focus-visible:outline-2 has-focus-visible:-outline-offset-4 has-focus-visible:outline-focus has-focus-visible:has-checked:outline-on-accent"
        >
          <input
            type="radio"
            className="absolute inset-0 cursor-[inherit] opacity-0"
            name={props.name}
            value={option.value}
            checked={option.value === props.value}
            disabled={option.disabled}
            aria-label={option.name}
            onChange={() => props.onChange(option.value)}
          />
          <span aria-hidden={option.name ? true : undefined}>{option.text}</span>
        </label>
      ))}
    </div>
  );
}
