interface Pictured {
  id: number;
  avatarHash: string | null;
}

/** Where an account's picture is, for those who may read the account; undefined where it has none. */
export function pictureOf({ id, avatarHash }: Pictured): string | undefined {
  return avatarHash === null ? undefined : `/api/accounts/${id}/avatar?v=${avatarHash}`;
}

/** Where one's own is. */
export function ownPicture({ avatarHash }: Pictured): string | undefined {
  return avatarHash === null ? undefined : `/api/auth/avatar?v=${avatarHash}`;
}
