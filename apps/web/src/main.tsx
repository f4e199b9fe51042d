import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { Providers } from '#app/providers.tsx';
import { router } from '#app/router.tsx';
import { followAppearance } from '#lib/appearance.ts';
import { wordValidation } from '#lib/validation.ts';
import './styles.css';

followAppearance();
wordValidation();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <Providers>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);
