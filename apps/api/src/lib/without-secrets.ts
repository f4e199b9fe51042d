/** What the other side says can hold what we sent it. One line, short, without our secrets. */
export function withoutSecrets(said: string, secrets: readonly (string | undefined)[]): string {
  const hidden = secrets
    .flatMap((secret) => (secret ? [secret, Buffer.from(secret).toString('base64')] : []))
    .reduce((text, secret) => text.replaceAll(secret, '•••'), said);
  return hidden.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, 300);
}
