import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { copyText } from '#lib/clipboard.ts';

const shownMs = 1200;

/** A value as it stands, which a press copies. Its sign takes room only while it is seen. */
export function CopyValue({ text }: { text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);

  async function copy() {
    if (!(await copyText(text))) {
      toast.error(t('states.copyFailed'));
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), shownMs);
  }

  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      aria-label={t('states.copyValue', { text })}
      onClick={() => void copy()}
      className="group relative -mx-1.5 inline-flex min-h-6 max-w-full items-center gap-1.5 rounded-tag px-1.5 font-mono text-[0.8125rem] text-ink-2 hover:-mr-5.5 hover:bg-sunken hover:pr-5.5 hover:text-ink focus-visible:-mr-5.5 focus-visible:pr-5.5 touch:mr-0! touch:min-h-11 touch:pr-1.5!"
    >
      <span translate="no" className="truncate">
        {text}
      </span>
      <Icon
        aria-hidden
        size={12}
        className={`absolute right-1.5 touch:static touch:shrink-0 ${copied ? 'text-active-ink' : 'text-ink-3'} opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100 touch:opacity-100`}
      />
      <span aria-live="polite" className="sr-only">
        {copied ? t('states.copied') : ''}
      </span>
    </button>
  );
}
