import { createStore } from '#lib/store.ts';

/** The file chosen for a server: kept over the steps, so that going back asks for nothing twice. */
export const chosenFile = createStore<{ serverId: number; file: File } | undefined>(undefined);

/** The file that was chosen for this server, if the page was not loaded anew since. */
export function fileChosenFor(
  chosen: ReturnType<typeof chosenFile.get>,
  serverId: number,
): File | undefined {
  return chosen?.serverId === serverId ? chosen.file : undefined;
}
