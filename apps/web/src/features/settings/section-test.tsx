import type { TestAnswer } from '@cmp/shared/settings/tests';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WriteButton } from '#components/write-button.tsx';
import { TestFailure } from './test-failure.tsx';
import { answerInWords } from './test-words.ts';

interface SectionTestProps {
  /** What trying it does, before it was tried. */
  text: string;
  test: {
    isPending: boolean;
    data: TestAnswer | undefined;
    error: Error | null;
  };
  labels: Readonly<Record<string, string>>;
  onTest: () => void;
  /** More than the sentence of a good answer, or what is to be decided. */
  children?: ReactNode;
}

/** A button that does the real thing, the time it takes meanwhile, and what came of it. */
export function SectionTest({ text, test, labels, onTest, children }: SectionTestProps) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3 border-line border-t pt-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <WriteButton aria-disabled={test.isPending} onClick={() => !test.isPending && onTest()}>
          {t('settings.test')}
        </WriteButton>
        <div role="status" className="min-w-0 flex-1 basis-60">
          {test.isPending ? (
            <Elapsed />
          ) : (
            <Outcome answer={test.data} text={text} error={test.error} />
          )}
        </div>
      </div>
      {test.error && !test.isPending ? <TestFailure error={test.error} labels={labels} /> : null}
      {test.isPending ? null : children}
    </div>
  );
}

function Outcome({
  answer,
  text,
  error,
}: {
  answer: TestAnswer | undefined;
  text: string;
  error: Error | null;
}) {
  if (error) return null;
  if (!answer) return <p className="text-ink-2">{text}</p>;
  return (
    <p className="tnum flex items-baseline gap-2">
      <span aria-hidden className="text-[0.5625rem] text-active-fill">
        {'●'}
      </span>
      <span className="wrap-anywhere">{answerInWords(answer)}</span>
    </p>
  );
}

const tickMs = 100;

function Elapsed() {
  const { t } = useTranslation();
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTicks((passed) => passed + 1), tickMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="tnum text-ink-2">
      {t('settings.testing')}
      <span aria-hidden>
        {t('settings.elapsed', { seconds: ((ticks * tickMs) / 1000).toFixed(1) })}
      </span>
    </p>
  );
}
