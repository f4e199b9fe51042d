import { acceptedImages, imageLimits } from '@cmp/shared/images';
import { type ReactNode, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';

interface ImagePickerProps {
  label: string;
  hint: string;
  /** How it looks now, wherever it is shown. */
  preview: ReactNode;
  isSet: boolean;
  pending: boolean;
  /** Why the last one was not taken. */
  error: string | undefined;
  onChoose: (file: File) => void;
  onRemove: () => void;
}

/** A picture as it looks now, with buttons to replace and to remove it. Both happen at once. */
export function ImagePicker(props: ImagePickerProps) {
  const { label, hint, preview, isSet, pending, onChoose, onRemove } = props;
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isTooLarge, setTooLarge] = useState(false);
  const error = isTooLarge ? t('images.refused.bytes') : props.error;

  function choose(file: File | undefined) {
    if (!file) return;
    setTooLarge(file.size > imageLimits.bytes);
    if (file.size <= imageLimits.bytes) onChoose(file);
  }

  return (
    <fieldset
      aria-labelledby={id}
      aria-describedby={`${id}-note`}
      className="flex min-w-0 flex-wrap items-center gap-x-5 gap-y-3 border-line border-b py-4 last:border-b-0"
    >
      {preview}
      <div className="grid min-w-48 flex-1 gap-1">
        <p id={id} className="font-[550]">
          {label}
        </p>
        <p
          id={`${id}-note`}
          role={error ? 'alert' : undefined}
          className={`text-label font-normal ${error ? 'text-danger' : 'text-ink-3'}`}
        >
          {error ?? hint}
        </p>
        <div className="mt-1 flex flex-wrap gap-2">
          <Button
            aria-label={t(isSet ? 'images.replaceThis' : 'images.chooseThis', { label })}
            disabled={pending}
            onClick={() => input.current?.click()}
          >
            {pending ? t('images.sending') : t(isSet ? 'images.replace' : 'images.choose')}
          </Button>
          {isSet ? (
            <Button
              tone="quiet"
              aria-label={t('images.removeThis', { label })}
              disabled={pending}
              onClick={onRemove}
            >
              {t('images.remove')}
            </Button>
          ) : null}
        </div>
        <input
          ref={input}
          hidden
          type="file"
          aria-label={label}
          accept={acceptedImages.join(',')}
          onChange={(event) => {
            choose(event.target.files?.[0]);
            // The same file again is a choice again.
            event.target.value = '';
          }}
        />
      </div>
    </fieldset>
  );
}
