/** What systemd tells a service of `Type=notify` about itself. */
export interface ServiceManager {
  socket: string;
  /** After so long without a sign of life it ends the service and starts it again. Undefined: it waits for none. */
  watchdogMs: number | undefined;
}

/** Undefined where nobody listens: started by hand, in a container, by another manager. */
export function serviceManagerOf(
  variables: Record<string, string | undefined>,
  pid: number,
): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC, WATCHDOG_PID } = variables;
  if (!socket) return undefined;
  // Inherited from a service that started this one, it speaks of that one.
  const isWatched = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid);
  const microseconds = Number(WATCHDOG_USEC);
  return { socket, watchdogMs: isWatched && microseconds > 0 ? microseconds / 1000 : undefined };
}

export interface Service {
  /** It serves from now on, and gives signs of life while it is well. */
  ready(): Promise<void>;
  /** Tells of a reload while it is under way. */
  reload(work: () => Promise<void>): Promise<void>;
  /** It has begun to stop: the signs of life end, and the time allowed for a stop runs. */
  stopping(): Promise<void>;
}

interface Voice {
  send: (socket: string, state: string) => Promise<void>;
  /** What a sign of life vouches for. One that hangs or throws is no sign. */
  isWell: () => Promise<boolean> | boolean;
  tell: (failure: unknown) => void;
}

/** Tells the manager how the service fares; where there is none, nothing is done. */
export function serviceOf(manager: ServiceManager | undefined, voice: Voice): Service {
  if (!manager) {
    return { ready: async () => {}, reload: (work) => work(), stopping: async () => {} };
  }
  const say = (state: string) => voice.send(manager.socket, state).catch(voice.tell);
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      if (await voice.isWell()) await say('WATCHDOG=1');
    } catch (failure) {
      voice.tell(failure);
    } finally {
      isLooking = false;
    }
  };
  let signs: ReturnType<typeof setInterval> | undefined;

  return {
    ready: async () => {
      await say('READY=1');
      if (manager.watchdogMs !== undefined) signs = setInterval(look, manager.watchdogMs / 2);
    },
    reload: async (work) => {
      await say('RELOADING=1');
      await work().finally(() => say('READY=1'));
    },
    stopping: async () => {
      clearInterval(signs);
      await say('STOPPING=1');
    },
  };
}
