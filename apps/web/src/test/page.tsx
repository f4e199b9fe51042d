import { QueryClientProvider } from '@tanstack/react-query';
import { type RenderResult, render } from '@testing-library/react';
import type { ComponentType, ReactNode } from 'react';
import { createMemoryRouter, type RouteObject, RouterProvider } from 'react-router';
import { queryClient } from '#lib/query-client.ts';

/** Draws a page as the panel would: in a router, with the panel's own query client, emptied. */
export function showPage(page: ReactNode, others: RouteObject[] = [], at = '/'): RenderResult {
  const router = createMemoryRouter([{ path: '/', element: page }, ...others], {
    initialEntries: [at],
  });
  return render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}

/** The same at an address, for a page that reads its parts. */
export function showPageAt(address: string, path: string, Page: ComponentType): void {
  const router = createMemoryRouter(
    [
      { path, Component: Page },
      { path: '*', element: null },
    ],
    {
      initialEntries: [address],
    },
  );
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}
