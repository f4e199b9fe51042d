/** The name of a file for a person: what no file system takes becomes `-`, at most 80 characters with its ending. */
export function fileName(serverName: string, ending: string): string {
  const most = 80 - ending.length;
  const clean = serverName
    .normalize('NFC')
    // Marks that turn the reading direction could make an ending look like another.
    .replace(/[\\/:*?"<>|\p{Cc}\p{Cs}]|(?!\u200C|\u200D)\p{Cf}/gu, '-')
    .trim()
    .replace(/^\.+/, '-');
  const kept: string[] = [];
  let bytes = 0;
  for (const character of clean) {
    bytes += Buffer.byteLength(character);
    // 255 bytes is all that most file systems take.
    if (kept.length === most || bytes > 255 - ending.length) break;
    kept.push(character);
  }
  return `${kept.join('').trimEnd()}${ending}`;
}

/** RFC 6266: a plain form for everybody, and the whole name for who reads it. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '-');
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
