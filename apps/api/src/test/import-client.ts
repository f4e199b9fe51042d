import { setTimeout as wait } from 'node:timers/promises';
import type { Plan } from '@cmp/shared/changes';
import type { LightMyRequestResponse } from 'fastify';
import type { client } from './fixtures.ts';

type Client = ReturnType<typeof client>;

/** Uploads a file as a page does. */
export function upload(
  { post }: Client,
  serverId: number,
  bytes: Buffer | string,
  {
    mode = 'merge',
    fileName = 'list.xlsx',
    field = 'file',
    headers = {},
  }: {
    mode?: string;
    fileName?: string;
    field?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<LightMyRequestResponse> {
  const boundary = `----boundary${Math.random()}`;
  const payload = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${fileName}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    Buffer.from(bytes),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return post(`/servers/${serverId}/users/import?mode=${mode}`, payload, {
    ...headers,
    'content-type': `multipart/form-data; boundary=${boundary}`,
  });
}

/** The plan of an uploaded file, once it is worked out. */
export async function planned(
  caller: Client,
  ...file: Parameters<typeof upload> extends [Client, ...infer Rest] ? Rest : never
): Promise<Plan> {
  const response = await upload(caller, ...file);
  if (response.statusCode >= 400) throw new Error(response.body);
  return settledPlan(caller, response.json().id);
}

/** A plan whose job has come to its end. */
export async function settledPlan({ get }: Client, planId: number): Promise<Plan> {
  for (;;) {
    const plan: Plan = (await get(`/plans/${planId}`)).json();
    if (plan.state !== 'parsing' && plan.state !== 'committing') return plan;
    await wait(50);
  }
}
