import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link, type LinkProps } from 'react-router';

type Tone = 'primary' | 'plain' | 'quiet' | 'danger';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: Tone;
  /** `row` fits a table's row. */
  size?: 'control' | 'row';
}

/** A control that acts. One primary on a page; the rest are plain. */
export function Button(props: ButtonProps) {
  const { tone = 'plain', size = 'control', type = 'button', className = '', ...rest } = props;
  const shapeOfAll = `${shape} ${heightOf[size]} ${toneOf[tone]} ${className}`;
  return <button type={type} className={shapeOfAll} {...rest} />;
}

/** A link that looks like the button it stands among. */
export function ButtonLink({
  tone = 'plain',
  className = '',
  ...rest
}: LinkProps & { tone?: Tone; className?: string; children: ReactNode }) {
  return <Link className={`${shape} ${heightOf.control} ${toneOf[tone]} ${className}`} {...rest} />;
}

const shape =
  'inline-flex shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-control border text-body font-[550] transition-colors disabled:cursor-not-allowed aria-disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:opacity-55';

const heightOf = {
  control: 'h-control px-3 touch:px-4',
  row: 'h-[26px] px-2.5 touch:h-control',
} as const;

const toneOf: Record<Tone, string> = {
  primary:
    'border-accent bg-accent text-on-accent hover:enabled:border-accent-hover hover:enabled:bg-accent-hover [a&]:hover:border-accent-hover [a&]:hover:bg-accent-hover',
  plain: 'border-line-strong bg-surface text-ink hover:enabled:bg-sunken [a&]:hover:bg-sunken',
  quiet:
    'border-transparent bg-transparent text-accent-ink hover:enabled:bg-accent-wash [a&]:hover:bg-accent-wash',
  danger:
    'border-line-strong bg-surface text-danger hover:enabled:border-danger hover:enabled:bg-expired-wash',
};
