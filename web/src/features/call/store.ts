/** What this person has chosen to see in the call; nothing of it reaches the server. */
import { create } from 'zustand';

export type Panel = 'chat' | 'people';
export type Layout = 'grid' | 'speaker';
/** Dialogs that one action or another opens. One at a time. */
export type DialogName =
  | 'settings'
  | 'shortcuts'
  | 'moderation'
  | 'end'
  | 'claimHost'
  | 'record'
  | 'recordLayout'
  | 'recordChapter'
  | 'recordStop';

export interface CallState {
  readonly panel: Panel | null;
  /** The people panel opens for who waits: the focus goes to the first of them. */
  readonly toWaiting: boolean;
  readonly layout: Layout;
  readonly dialog: DialogName | null;
  /** The menu of a running recording is open. */
  readonly recordMenu: boolean;
  /** A shared screen takes the stage as soon as there is one; off while I look at the people instead. */
  readonly showShare: boolean;
  /** The share I brought forward, '' for the newest. */
  readonly share: string;
  /** Seats pinned by me, most recent last. */
  readonly pinned: readonly string[];
  /** Own tile not shown to myself. */
  readonly hideSelf: boolean;
  readonly fullScreen: boolean;
  readonly pictureInPicture: boolean;
  /** My hand as I just set it, until the server has said so; null otherwise. */
  readonly handWish: boolean | null;
}

const before: CallState = {
  panel: null,
  toWaiting: false,
  layout: 'grid',
  dialog: null,
  recordMenu: false,
  showShare: true,
  share: '',
  pinned: [],
  hideSelf: false,
  fullScreen: false,
  pictureInPicture: false,
  handWish: null,
};

export const useCall = create<CallState>(() => before);

/** As at the beginning of a call; a phone begins with one large picture. */
export function resetCall(layout: Layout): void {
  useCall.setState({ ...before, layout, fullScreen: useCall.getState().fullScreen }, true);
}

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

/** What the stage shows: a shared screen, one person large, or everybody alike. */
export type View = 'share' | Layout;

/** The view as chosen; `shared` says whether anybody shares. */
export function viewOf({ layout, showShare }: CallState, shared: boolean): View {
  return shared && showShare ? 'share' : layout;
}

export function chooseView(view: View): void {
  useCall.setState(
    view === 'share' ? { showShare: true, pinned: [] } : { showShare: false, layout: view, pinned: [] },
  );
}

/** Shows a share large, also over what I had pinned. */
export function bringForward(share: string): void {
  useCall.setState({ share, showShare: true, pinned: [] });
}

/** From everybody alike to one large and back; a share is large where there is one. */
export function toggleLayout(shared: boolean): void {
  const state = useCall.getState();
  const large = state.pinned.length > 0 || viewOf(state, shared) !== 'grid';
  chooseView(large ? 'grid' : shared ? 'share' : 'speaker');
}
