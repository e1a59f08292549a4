/** What this person has chosen to see in the call; nothing of it reaches the server. */
import { create } from 'zustand';

export type Panel = 'chat' | 'people';
export type Layout = 'grid' | 'speaker';
/** Dialogs that one action or another opens. One at a time. */
export type DialogName = 'settings' | 'shortcuts' | 'moderation' | 'end';

export interface CallState {
  readonly panel: Panel | null;
  readonly layout: Layout;
  readonly dialog: DialogName | null;
  /** Seats pinned by me, most recent last. */
  readonly pinned: readonly string[];
  /** Own tile not shown to myself. */
  readonly hideSelf: boolean;
  readonly fullScreen: boolean;
  readonly pictureInPicture: boolean;
}

export const useCall = create<CallState>(() => ({
  panel: null,
  layout: 'grid',
  dialog: null,
  pinned: [],
  hideSelf: false,
  fullScreen: false,
  pictureInPicture: false,
}));

/** Opens the panel, or closes it when it is the open one. */
export function togglePanel(panel: Panel): void {
  useCall.setState((state) => ({ panel: state.panel === panel ? null : panel }));
}

export function openDialog(dialog: DialogName): void {
  useCall.setState({ dialog });
}

export function closeDialog(): void {
  useCall.setState({ dialog: null });
}

/** Pins the seat for me, or takes the pin away. */
export function togglePin(seat: string): void {
  useCall.setState(({ pinned }) => ({
    pinned: pinned.includes(seat) ? pinned.filter((id) => id !== seat) : [...pinned, seat],
  }));
}

export function toggleLayout(): void {
  useCall.setState(({ layout }) => ({ layout: layout === 'grid' ? 'speaker' : 'grid' }));
}
