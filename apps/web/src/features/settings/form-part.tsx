import { type ReactNode, useId } from 'react';

/** Fields that belong together, under a name on a hairline. */
export function FormPart({
  title,
  text,
  children,
}: {
  title: string;
  text?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid min-w-0 gap-5 border-line border-t pt-5">
      <div className="grid gap-0.5">
        <h3 id={id} className="font-semibold">
          {title}
        </h3>
        {text ? <p className="text-ink-2">{text}</p> : null}
      </div>
      {children}
    </section>
  );
}
