import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Toaster } from 'sonner';
import { queryClient } from '#lib/query-client.ts';

/** What every page stands on. */
export function Providers({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      <Toaster
        position="bottom-left"
        duration={6000}
        mobileOffset={{ bottom: 76 }}
        customAriaLabel={t('states.notices')}
      />
    </CSPProvider>
  );
}
