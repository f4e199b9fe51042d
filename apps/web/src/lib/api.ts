import { ErrorBody, type ErrorCode } from '@cmp/shared/errors';
import type * as z from 'zod';
import { ApiError, Unreachable } from './api-error.ts';
import { connection } from './connection.ts';
import { renewSession } from './session-renewal.ts';

/** What a request may say about itself. `ifSignedOut: 'throw'` asks nobody to sign in. */
interface Options {
  signal?: AbortSignal;
  ifSignedOut?: 'ask' | 'throw';
}

interface Outgoing extends Options {
  method: string;
  /** A form, as a file needs it; anything else goes as JSON. */
  body?: unknown;
  timeoutMs?: number;
}

/** The portal's API: answers are parsed, refusals are `ApiError`s, silence is `Unreachable`. */
export const api = {
  get: <T>(path: string, schema: z.ZodType<T>, options: Options = {}) =>
    request(path, { ...options, method: 'GET' }).then((response) => parsed(response, schema)),

  post: <T>(path: string, body: unknown, schema: z.ZodType<T>, options: Options = {}) =>
    request(path, { ...options, method: 'POST', body }).then((response) =>
      parsed(response, schema),
    ),

  patch: <T>(path: string, body: unknown, schema: z.ZodType<T>) =>
    request(path, { method: 'PATCH', body }).then((response) => parsed(response, schema)),

  put: <T>(path: string, body: unknown, schema: z.ZodType<T>) =>
    request(path, { method: 'PUT', body }).then((response) => parsed(response, schema)),

  /** Puts a file in the place of the one before. */
  putFile: <T>(path: string, file: File, schema: z.ZodType<T>) => {
    const form = new FormData();
    form.set('file', file);
    return request(path, { method: 'PUT', body: form, timeoutMs: fileTimeoutMs }).then((response) =>
      parsed(response, schema),
    );
  },

  /** A write whose change can be undone: the answer, and the change by its id. */
  change: async <T>(
    method: 'POST' | 'PATCH' | 'PUT',
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
  ): Promise<Changed<T>> => {
    const response = await request(path, { method, body });
    return { answer: await parsed(response, schema), changeId: changeIdIn(response) };
  },

  /** A deletion, by the id of the change that brings it back. */
  remove: async (path: string): Promise<Pick<Changed<unknown>, 'changeId'>> => ({
    changeId: changeIdIn(await request(path, { method: 'DELETE' })),
  }),

  delete: async (path: string): Promise<void> => {
    await request(path, { method: 'DELETE' });
  },

  /** Sends a file. The form is kept whole, so that it is sent again once the session is good again. */
  upload: <T>(path: string, form: FormData, schema: z.ZodType<T>, options: Options = {}) =>
    request(path, { ...options, method: 'POST', body: form, timeoutMs: fileTimeoutMs }).then(
      (response) => parsed(response, schema),
    ),

  /** Fetches a file, so that a refusal is told on the page and not saved in the file's place. */
  download: async (path: string): Promise<Downloaded> => {
    const response = await request(path, { method: 'GET', timeoutMs: fileTimeoutMs });
    return { name: fileNameIn(response), content: await response.blob() };
  },

  /** A command that has nothing to answer. */
  run: async (path: string, options: Options = {}): Promise<void> => {
    await request(path, { ...options, method: 'POST' });
  },
};

/** What a write answered, and the change it made, where it made one. */
export interface Changed<T> {
  answer: T;
  changeId: number | undefined;
}

function changeIdIn({ headers }: Response): number | undefined {
  const told = headers.get('x-change-id');
  return told === null ? undefined : Number(told);
}

/** A file, and the name that the portal gives it. */
export interface Downloaded {
  name: string | undefined;
  content: Blob;
}

/** The name in UTF-8 where there is one (RFC 6266), else the plain one. */
function fileNameIn({ headers }: Response): string | undefined {
  const told = headers.get('content-disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(told)?.[1];
  return encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(told)?.[1];
}

const requestTimeoutMs = 30_000;
const fileTimeoutMs = 600_000;

/** Sends, and where the session has run out renews it and sends the very same request again. */
async function request(path: string, outgoing: Outgoing): Promise<Response> {
  const headers = headersFor(outgoing);
  const response = await send(path, outgoing, headers);
  if (response.ok) return response;

  const refusal = await refusalIn(response);
  if (refusal.code !== 'unauthenticated') throw refusal;
  await renewSession({ mayAsk: outgoing.ifSignedOut !== 'throw', refusal });

  const repeated = await send(path, outgoing, headers);
  if (!repeated.ok) throw await refusalIn(repeated);
  return repeated;
}

/** The key is made once per act, so that a repeated request has one effect. */
function headersFor({ method, body }: Outgoing): Headers {
  const headers = new Headers({ accept: 'application/json' });
  // The browser names a form's type itself, with the boundary it chose.
  const isJson = body !== undefined && !(body instanceof FormData);
  if (isJson) headers.set('content-type', 'application/json');
  if (method === 'POST') headers.set('idempotency-key', idempotencyKey());
  return headers;
}

/** `crypto.randomUUID` is missing over plain http. */
function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(path: string, outgoing: Outgoing, headers: Headers): Promise<Response> {
  const deadline = AbortSignal.timeout(outgoing.timeoutMs ?? requestTimeoutMs);
  const signal = outgoing.signal ? AbortSignal.any([outgoing.signal, deadline]) : deadline;
  const body = bodyOf(outgoing);
  try {
    const response = await fetch(`/api${path}`, { method: outgoing.method, headers, body, signal });
    connection.answered();
    return response;
  } catch (cause) {
    if (outgoing.signal?.aborted) throw cause;
    connection.failed();
    throw new Unreachable('The portal did not answer.', { cause });
  }
}

function bodyOf({ body }: Outgoing): FormData | string | null {
  if (body instanceof FormData) return body;
  return body === undefined ? null : JSON.stringify(body);
}

async function parsed<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await response.json();
  return schema.parse(body);
}

/** A refusal as the API wrote it; a proxy's page in its place is named by its status. */
async function refusalIn(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const refusal = ErrorBody.safeParse(body);
  if (refusal.success) return new ApiError(refusal.data, response);
  const code = codeOfStatus[response.status] ?? 'internal';
  return new ApiError({ code, message: response.statusText, requestId: '' }, response);
}

const codeOfStatus: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  429: 'rate_limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};
