import { recordings } from '@/api/recordings';

// Milliseconds between two questions whether the marked copy is made.
const pace = 3_000;

/** save has the browser keep what is behind an address of this server. */
export function save(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** saveText has the browser keep a text as a file. */
export function saveText(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  save(url, name);
  // Not at once: Safari begins to read after the press is over.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const wait = (signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, pace);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });

/**
 * addressOf gives the address of a file to keep. A copy that carries the viewer's
 * name is made first, which takes a while: `onProgress` tells how much is done.
 */
export async function addressOf(
  recording: string,
  asset: string | undefined,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<string> {
  for (;;) {
    const { url, progress } = await recordings.download(recording, asset);
    signal.throwIfAborted();
    if (url !== '') return url;
    onProgress(progress);
    await wait(signal);
  }
}
