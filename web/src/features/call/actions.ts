/** The actions of a call, in the order of the bar and its menu. */
import { knocking } from '@/features/lobby/knocking';
import { canPictureInPicture, closePictureInPicture, openPictureInPicture } from '@/features/stage';
import { live, type Seat } from '@/live';
import { type Capture, media } from '@/media';
import { canShare, startShare, stopShare } from '@/room';
import {
  EyeOff,
  Gauge,
  Hand,
  Keyboard,
  LayoutGrid,
  LayoutPanelTop,
  Maximize,
  MessageSquare,
  Mic,
  MicOff,
  Minimize,
  MonitorUp,
  MonitorX,
  PictureInPicture2,
  Settings,
  Users,
  Video,
  VideoOff,
} from '@/ui';
import type { Action, ActionContext } from './action';
import { openDialog, toggleLayout, togglePanel, useCall, viewOf } from './store';

/** The device was asked for and is not there: the settings say why and what to do. */
function troubled({ wanted, state }: Capture): boolean {
  return wanted && (state === 'blocked' || state === 'missing' || state === 'busy' || state === 'failed');
}

const me = ({ live: { seats, you } }: ActionContext): Seat | undefined => seats[you];

/** Somebody else's screen can be shown large. */
const anyShare = ({ live: { seats, you } }: ActionContext): boolean =>
  Object.values(seats).some((seat) => seat.sharing && seat.id !== you);

const handUp = (context: ActionContext): boolean => context.call.handWish ?? (me(context)?.hand ?? 0) > 0;

export const microphone: Action = {
  id: 'microphone',
  label: 'bar:microphone',
  shortcut: 'm',
  icon: ({ media: { microphone } }) => (microphone.wanted && !troubled(microphone) ? Mic : MicOff),
  hint: ({ media: { microphone } }) =>
    troubled(microphone)
      ? 'bar:microphone.trouble'
      : microphone.wanted
        ? 'bar:microphone.mute'
        : 'bar:microphone.unmute',
  state: ({ live: { rights }, media: { microphone } }) => ({
    pressed: rights.has('speak') && microphone.wanted && !troubled(microphone),
    why: rights.has('speak') ? undefined : 'bar:microphone.forbidden',
  }),
  run: ({ media: state }) => {
    if (troubled(state.microphone)) {
      media.getState().retry('microphone');
      openDialog('settings');
      return;
    }
    media.getState().setMicrophone(!state.microphone.wanted);
  },
  announcement: ({ media: state }) => (state.microphone.wanted ? 'bar:microphone.off' : 'bar:microphone.on'),
};

export const camera: Action = {
  id: 'camera',
  label: 'bar:camera',
  shortcut: 'v',
  icon: ({ media: state }) => (state.camera.wanted && !troubled(state.camera) ? Video : VideoOff),
  hint: ({ media: state }) =>
    troubled(state.camera)
      ? 'bar:camera.trouble'
      : state.camera.wanted
        ? 'bar:camera.stop'
        : 'bar:camera.start',
  state: ({ live: { rights }, media: state }) => ({
    pressed: rights.has('camera') && state.camera.wanted && !troubled(state.camera),
    why: !rights.has('camera')
      ? 'bar:camera.forbidden'
      : state.dataSaver === 'audio'
        ? 'bar:camera.audioOnly'
        : undefined,
  }),
  run: ({ media: state }) => {
    if (troubled(state.camera)) {
      media.getState().retry('camera');
      openDialog('settings');
      return;
    }
    media.getState().setCamera(!state.camera.wanted);
  },
  announcement: ({ media: state }) => (state.camera.wanted ? 'bar:camera.off' : 'bar:camera.on'),
};

export const share: Action = {
  id: 'share',
  label: 'bar:share',
  shortcut: 's',
  icon: ({ room }) => (room.sharing === 'off' ? MonitorUp : MonitorX),
  hint: ({ room }) => (room.sharing === 'off' ? 'bar:share.start' : 'bar:share.stop'),
  state: ({ live: { rights, seats, meeting }, room }) => {
    const pressed = room.sharing !== 'off';
    const shares = Object.values(seats).filter((seat) => seat.sharing).length;
    const full = !pressed && shares >= (meeting?.maxShares ?? 1);
    return {
      hidden: !canShare(),
      pressed,
      why: !rights.has('share') ? 'bar:share.forbidden' : full ? 'bar:share.full' : undefined,
    };
  },
  run: async ({ room }) => {
    if (room.sharing === 'off') {
      await startShare();
    } else {
      stopShare();
    }
  },
};

export const raiseHand: Action = {
  id: 'hand',
  label: 'bar:hand',
  shortcut: 'h',
  icon: () => Hand,
  hint: (context) => (handUp(context) ? 'bar:hand.lower' : 'bar:hand.raise'),
  state: (context) => ({
    pressed: handUp(context),
    hidden: !context.live.rights.has('raiseHand'),
  }),
  run: async (context) => {
    const up = handUp(context);
    // Shown at once; the server's word replaces it.
    useCall.setState({ handWish: !up });
    try {
      await (up ? live.send('hand.lower', { seat: context.live.you }) : live.send('hand.raise'));
    } finally {
      useCall.setState({ handWish: null });
    }
  },
  announcement: (before) => (handUp(before) ? 'bar:hand.isDown' : 'bar:hand.isUp'),
};

export const chat: Action = {
  id: 'chat',
  label: 'bar:chat',
  shortcut: 'c',
  icon: () => MessageSquare,
  state: ({ live: { unread }, call }) => ({
    pressed: call.panel === 'chat',
    badge: call.panel === 'chat' ? 0 : unread,
  }),
  run: () => {
    togglePanel('chat');
  },
};

export const people: Action = {
  id: 'people',
  label: 'bar:people',
  shortcut: 'p',
  icon: () => Users,
  state: ({ live: state, call }) => {
    // Somebody before the door is more urgent than how many are inside.
    const waiting = knocking(state).length;
    return {
      pressed: call.panel === 'people',
      badge: waiting > 0 ? waiting : state.order.length,
      calls: waiting > 0,
    };
  },
  run: () => {
    togglePanel('people');
  },
};

const largeView = (context: ActionContext): boolean =>
  context.call.pinned.length > 0 || viewOf(context.call, anyShare(context)) !== 'grid';

export const layout: Action = {
  id: 'layout',
  label: 'bar:layout',
  shortcut: 'l',
  icon: (context) => (largeView(context) ? LayoutGrid : LayoutPanelTop),
  hint: (context) => (largeView(context) ? 'bar:layout.grid' : 'bar:layout.speaker'),
  state: ({ live: { spotlight } }) => ({
    why: spotlight === '' ? undefined : 'bar:layout.spotlight',
  }),
  run: (context) => {
    toggleLayout(anyShare(context));
  },
  announcement: (before) => (largeView(before) ? 'bar:layout.isGrid' : 'bar:layout.isSpeaker'),
};

export const fullScreen: Action = {
  id: 'fullScreen',
  label: 'bar:fullScreen',
  shortcut: 'f',
  icon: ({ call }) => (call.fullScreen ? Minimize : Maximize),
  state: ({ call }) => ({ hidden: !document.fullscreenEnabled, pressed: call.fullScreen }),
  run: async ({ call }) => {
    // The whole document, so that menus and dialogs are in it too.
    await (call.fullScreen
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen({ navigationUI: 'hide' }));
  },
};

export const pictureInPicture: Action = {
  id: 'pictureInPicture',
  label: 'bar:pictureInPicture',
  icon: () => PictureInPicture2,
  state: ({ call }) => ({ hidden: !canPictureInPicture(), pressed: call.pictureInPicture }),
  run: async ({ call }) => {
    if (call.pictureInPicture) {
      closePictureInPicture();
    } else {
      await openPictureInPicture();
    }
  },
};

export const hideSelf: Action = {
  id: 'hideSelf',
  label: 'bar:hideSelf',
  icon: () => EyeOff,
  state: ({ call }) => ({ pressed: call.hideSelf }),
  run: ({ call }) => {
    useCall.setState({ hideSelf: !call.hideSelf });
  },
};

export const saveData: Action = {
  id: 'saveData',
  label: 'bar:saveData',
  icon: () => Gauge,
  hint: () => 'bar:saveData.hint',
  state: ({ media: { dataSaver } }) => ({ pressed: dataSaver === 'low' }),
  run: ({ media: { dataSaver, setDataSaver } }) => {
    setDataSaver(dataSaver === 'low' ? 'off' : 'low');
  },
};

export const audioOnly: Action = {
  id: 'audioOnly',
  label: 'bar:audioOnly',
  icon: () => VideoOff,
  hint: () => 'bar:audioOnly.hint',
  state: ({ media: { dataSaver } }) => ({ pressed: dataSaver === 'audio' }),
  run: ({ media: { dataSaver, setDataSaver } }) => {
    setDataSaver(dataSaver === 'audio' ? 'off' : 'audio');
  },
};

export const settings: Action = {
  id: 'settings',
  label: 'bar:settings',
  icon: () => Settings,
  state: () => ({}),
  run: () => {
    openDialog('settings');
  },
};

export const shortcuts: Action = {
  id: 'shortcuts',
  label: 'bar:shortcuts',
  shortcut: '?',
  icon: () => Keyboard,
  state: () => ({}),
  run: () => {
    openDialog('shortcuts');
  },
};

/** Every action, for the list of shortcuts and for the keys themselves. */
export const callActions: readonly Action[] = [
  microphone,
  camera,
  share,
  raiseHand,
  chat,
  people,
  layout,
  fullScreen,
  pictureInPicture,
  hideSelf,
  saveData,
  audioOnly,
  settings,
  shortcuts,
];
