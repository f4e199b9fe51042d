import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { copyText } from '#lib/clipboard.ts';
import { Button } from './button.tsx';

const shownMs = 1200;

/** Copies, and says so where it was pressed. */
export function CopyButton({ text, label }: { text: string; label: string }) {
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
    <Button aria-label={copied ? t('states.copied') : label} onClick={() => void copy()}>
      <Icon aria-hidden size={14} />
      <span aria-live="polite">{copied ? t('states.copied') : t('states.copy')}</span>
    </Button>
  );
}
