import type { Effect } from '../environment';

export async function replaceBackground(
  choice: string,
  raw: MediaStreamTrack,
  broken: (cause: unknown) => void,
): Promise<Effect> {
  await Promise.reject(new Error(`${choice} ${raw.id} ${typeof broken}`));
  throw new Error();
}
