import { useState } from 'react';

interface AvatarProps {
  name: string;
  /** The address of a picture, where there is one. */
  picture?: string | undefined;
  size?: keyof typeof sizes;
}

/** Someone's picture, or their initials. Decoration, and no text of a label: the name always stands beside it. */
export function Avatar({ name, picture, size = 'row' }: AvatarProps) {
  const [broken, setBroken] = useState<string>();
  const shape = `shrink-0 select-none rounded-full bg-accent-wash ${sizes[size]}`;
  if (picture && picture !== broken)
    return (
      <img
        alt=""
        src={picture}
        className={`object-cover ${shape}`}
        onError={() => setBroken(picture)}
      />
    );
  return (
    <span
      aria-hidden
      data-initials={initialsOf(name)}
      className={`grid place-items-center font-semibold text-accent-ink before:content-[attr(data-initials)] ${shape}`}
    />
  );
}

const sizes = {
  row: 'size-7 text-[0.6875rem]',
  large: 'size-16 text-section',
} as const;

function initialsOf(name: string): string {
  const words = name.trim().split(/[\s._-]+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  const initials = letters.map((word) => Array.from(word ?? '')[0] ?? '').join('');
  return (initials.length > 1 ? initials : name.slice(0, 2)).toUpperCase();
}
