import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serviceManagerOf, serviceOf } from './service-manager.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const socket = '/run/systemd/notify';

test('a process that no manager watches knows so', () => {
  const said = [
    serviceManagerOf({}, 7),
    serviceManagerOf({ NOTIFY_SOCKET: '' }, 7),
    serviceManagerOf({ NOTIFY_SOCKET: socket }, 7),
    serviceManagerOf({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '30000000' }, 7),
    serviceManagerOf({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7),
    serviceManagerOf({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7),
    serviceManagerOf({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: 'soon' }, 7),
  ];

  expect(said).toEqual([
    undefined,
    undefined,
    { socket, watchdogMs: undefined },
    { socket, watchdogMs: 30_000 },
    { socket, watchdogMs: 30_000 },
    { socket, watchdogMs: undefined },
    { socket, watchdogMs: undefined },
  ]);
});

test('signs of life come at half the time allowed, only while it is well, and end with the stop', async () => {
  const send = vi.fn(async (_socket: string, _state: string) => {});
  let isWell: () => Promise<boolean> = async () => true;
  const tell = vi.fn();
  const service = serviceOf({ socket, watchdogMs: 1000 }, { send, isWell: () => isWell(), tell });
  const heard = () => send.mock.calls.map(([, state]) => state);

  await service.ready();
  await vi.advanceTimersByTimeAsync(1000);
  const whileWell = heard();
  isWell = async () => false;
  await vi.advanceTimersByTimeAsync(1000);
  isWell = () => Promise.reject(new Error('no answer'));
  await vi.advanceTimersByTimeAsync(500);
  const whileUnwell = heard();
  isWell = async () => true;
  await service.reload(async () => void send(socket, 'the certificate is read'));
  await service.stopping();
  await vi.advanceTimersByTimeAsync(5000);

  expect(whileWell).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  expect(whileUnwell).toEqual(whileWell);
  expect(tell.mock.calls).toEqual([[new Error('no answer')]]);
  expect(heard().slice(whileWell.length)).toEqual([
    'RELOADING=1',
    'the certificate is read',
    'READY=1',
    'STOPPING=1',
  ]);
});

test('a look that hangs is no sign of life, and no second one is begun', async () => {
  const send = vi.fn(async (_socket: string, _state: string) => {});
  const isWell = vi.fn(() => new Promise<boolean>(() => {}));
  const service = serviceOf({ socket, watchdogMs: 1000 }, { send, isWell, tell: () => {} });

  await service.ready();
  await vi.advanceTimersByTimeAsync(5000);

  expect(send.mock.calls).toEqual([[socket, 'READY=1']]);
  expect(isWell).toHaveBeenCalledTimes(1);
});

test('a reload that fails has ended all the same, and its failure is its asker’s', async () => {
  const send = vi.fn(async (_socket: string, _state: string) => {});
  const voice = { send, isWell: () => true, tell: () => {} };
  const service = serviceOf({ socket, watchdogMs: undefined }, voice);

  const reloading = service.reload(() => Promise.reject(new Error('no such file')));

  await expect(reloading).rejects.toThrow('no such file');
  expect(send.mock.calls.map(([, state]) => state)).toEqual(['RELOADING=1', 'READY=1']);
});

test('without a manager nothing is said, and a reload is done', async () => {
  const send = vi.fn(async (_socket: string, _state: string) => {});
  const service = serviceOf(undefined, { send, isWell: () => true, tell: () => {} });
  const work = vi.fn(async () => {});

  await service.ready();
  await service.reload(work);
  await service.stopping();

  expect(work).toHaveBeenCalledTimes(1);
  expect(send).not.toHaveBeenCalled();
});
