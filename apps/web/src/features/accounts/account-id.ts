/** The account that an address names. */
export function accountIdIn(params: { accountId?: string | undefined }): number {
  return Number(params.accountId);
}
