import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** Every route a new instance registers, told by Fastify itself, so that none can be left out of a list. */
export async function registeredRoutes(
  start: () => Promise<FastifyInstance>,
): Promise<RouteOptions[]> {
  const routes: RouteOptions[] = [];
  const listen = (message: unknown) => {
    if (isInitialization(message))
      message.fastify.addHook('onRoute', (route) => void routes.push(route));
  };
  subscribe('fastify.initialization', listen);
  try {
    await start();
  } finally {
    unsubscribe('fastify.initialization', listen);
  }
  return routes;
}

function isInitialization(message: unknown): message is { fastify: FastifyInstance } {
  return typeof message === 'object' && message !== null && 'fastify' in message;
}
