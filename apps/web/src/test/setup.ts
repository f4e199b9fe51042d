import { Blob as NodeBlob, File as NodeFile } from 'node:buffer';
import { cleanup } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { network } from './network.ts';

// jsdom has no media queries: the device is a light one.
vi.stubGlobal('matchMedia', (media: string) =>
  Object.assign(new EventTarget(), { matches: false, media }),
);

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
