import { useId } from 'react';

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string; count: number | undefined }[];
  onChange: (value: Value) => void;
}

/** One of a few parts of a list, each with how many are in it: radio buttons underneath, so that arrows work. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className="inline-flex min-h-control shrink-0 overflow-clip rounded-control border border-line-strong bg-surface touch:gap-2 touch:overflow-visible touch:rounded-none touch:border-0 touch:bg-transparent"
    >
      {props.options.map((option) => (
        <label
          key={option.value}
          className="relative flex items-center gap-1.5 whitespace-nowrap border-line border-l px-3 text-body font-[550] text-ink transition-colors first-of-type:border-l-0 hover:bg-sunken has-checked:bg-accent has-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-4 has-focus-visible:outline-focus has-focus-visible:has-checked:outline-on-accent touch:rounded-control touch:border! touch:border-line-strong! touch:bg-surface touch:px-4 touch:has-checked:border-accent!"
        >
          <input
            type="radio"
            className="absolute inset-0 cursor-[inherit] opacity-0"
            name={name}
            checked={option.value === props.value}
            onChange={() => props.onChange(option.value)}
          />
          {option.text}
          {option.count === undefined ? null : (
            <span className="tnum text-[0.75rem] opacity-80">
              {option.count.toLocaleString('en')}
            </span>
          )}
        </label>
      ))}
    </div>
  );
}
