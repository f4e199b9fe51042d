import { Notice } from '#components/notice.tsx';
import type { FileFailure } from './file-failure.ts';

/** Why a file was refused, with the names of what is wrong in it. */
export function FailureNotice({ title, failure }: { title: string; failure: FileFailure }) {
  return (
    <Notice tone="danger" title={title}>
      <p>{failure.text}</p>
      {failure.names.length > 0 ? (
        <ul className="mt-1 list-disc pl-5">
          {failure.names.map((name) => (
            <li key={name} translate="no" className="font-mono text-[0.8125rem]">
              {name}
            </li>
          ))}
        </ul>
      ) : null}
    </Notice>
  );
}
