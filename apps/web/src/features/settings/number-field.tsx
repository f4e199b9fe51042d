import type { ComponentProps } from 'react';
import { TextField } from '#components/text-field.tsx';

/** A whole number. */
export function NumberField(props: ComponentProps<typeof TextField>) {
  return <TextField {...props} type="number" inputMode="numeric" />;
}
