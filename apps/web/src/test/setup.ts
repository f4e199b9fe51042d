import { Blob as NodeBlob, File as NodeFile } from 'node:buffer';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { network } from './network.ts';

// A busy machine is slow, which is no fault of what is tested.
configure({ asyncUtilTimeout: 5_000 });

// jsdom has no media queries: the device is a light one.
vi.stubGlobal('matchMedia', (media: string) =>
  Object.assign(new EventTarget(), { matches: false, media }),
);

// Nothing is laid out in jsdom: what would be measured has no size, and never another.
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
vi.stubGlobal('scrollBy', () => {});
vi.stubGlobal('scrollTo', () => {});
// Node's fetch sends Node's forms, not jsdom's.
const nodesForm = await new Response(new URLSearchParams()).formData();
vi.stubGlobal('FormData', nodesForm.constructor);
vi.stubGlobal('File', NodeFile);
vi.stubGlobal('Blob', NodeBlob);

beforeAll(() => network.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  cleanup();
  network.resetHandlers();
});
afterAll(() => network.close());
