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
