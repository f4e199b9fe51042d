import { api, type Downloaded } from './api.ts';

/** Fetches a file and gives it to the person, as a link with `download` would. */
export async function saveFile(path: string, fallbackName: string): Promise<void> {
  offer(await api.download(path), fallbackName);
}

function offer({ name, content }: Downloaded, fallbackName: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name ?? fallbackName;
  link.click();
  // Not at once: some browsers begin to read only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Gives a text to the person as a file. */
export function saveText(text: string, name: string): void {
  offer({ name, content: new Blob([text], { type: 'text/plain' }) }, name);
}
