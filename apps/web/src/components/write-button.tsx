import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { connection } from '#lib/connection.ts';
import { useStore } from '#lib/store.ts';
import { Button } from './button.tsx';

/** A button that alters data, or opens what does. It waits while the portal does not answer, and says why. */
export function WriteButton({ disabled, ...button }: ComponentProps<typeof Button>) {
  const { t } = useTranslation();
  const { online } = useStore(connection);
  return (
    <Button
      {...button}
      disabled={disabled === true || !online}
      title={online ? button.title : t('states.offlineWrite')}
    />
  );
}
