import { type Device, SYSTEM_DEFAULT } from '@/media';

export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** What a device list offers. A chosen device that is away stays in the list, because it will be taken again. */
export function choicesOf(
  devices: readonly Device[],
  chosen: string,
  words: { readonly byDefault: string; readonly unplugged: string },
): readonly Choice[] {
  const choices = [{ id: SYSTEM_DEFAULT, label: words.byDefault }, ...devices];
  return choices.some((choice) => choice.id === chosen)
    ? choices
    : [...choices, { id: chosen, label: words.unplugged }];
}
