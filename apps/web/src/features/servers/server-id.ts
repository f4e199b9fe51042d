/** The server that an address names; what is no number names none. */
export const serverIdIn = ({ serverId }: { serverId?: string | undefined }): number =>
  Number(serverId);
