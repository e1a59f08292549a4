/** What the interface may know about the person's devices, and the choices that outlive a visit. */

export type DeviceKind = 'microphone' | 'camera';

/**
 * off: the device is closed. starting: allowed, opening. asking: the browser's own permission prompt is open.
 * on: there is a track. The rest say why there is none.
 */
export type DeviceState = 'off' | 'starting' | 'asking' | 'on' | 'blocked' | 'missing' | 'busy' | 'failed';

/** What lies behind 'blocked' and 'failed', so that the words can say what to do. */
export type DeviceReason =
  | 'denied' // the person or a policy said no in the browser
  | 'dismissed' // the prompt was closed without an answer; asking again is possible
  | 'system' // the operating system keeps the browser from the device
  | 'insecure' // the page is not served over HTTPS, so the browser has no devices
  | 'background' // the background could not be made; the bare picture is not shown instead
  | 'unknown';

export type Facing = 'user' | 'environment';

/** The id that stands for "whatever the system uses". */
export const SYSTEM_DEFAULT = 'default';

export interface Capture {
  /** On or off as the person set it, whether or not the device follows. */
  readonly wanted: boolean;
  readonly state: DeviceState;
  readonly reason: DeviceReason | null;
  /** The track to show and to send: after noise suppression or background, never the bare one before them. */
  readonly track: MediaStreamTrack | null;
  /** The chosen device, or SYSTEM_DEFAULT. */
  readonly deviceId: string;
  /** The device in use, which differs from the chosen one while that is unplugged; '' while closed. */
  readonly activeId: string;
  readonly label: string;
}

export interface CameraCapture extends Capture {
  /** Which way a phone's camera looks; null where the browser does not say. The picture is mirrored unless 'environment'. */
  readonly facing: Facing | null;
}

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface Devices {
  readonly microphones: readonly Device[];
  readonly cameras: readonly Device[];
  readonly speakers: readonly Device[];
  /** Names of the system's own choice, '' where the browser does not tell. */
  readonly defaultMicrophone: string;
  readonly defaultSpeaker: string;
}

/** 'none', 'blur', the id of a picture of ours, or OWN_PICTURE. */
export type BackgroundChoice = string;
export const OWN_PICTURE = 'own';

export type NoiseSuppression = 'off' | 'browser' | 'local';
export type DataSaver = 'off' | 'low' | 'audio';

export interface PushToTalk {
  readonly enabled: boolean;
  /** KeyboardEvent.code, so that the key stays where it is on every keyboard layout. */
  readonly key: string;
  /** The key is down and the person is heard. */
  readonly held: boolean;
}

/** Something happened to a device without the person asking for it. */
export interface Notice {
  /** Rises with each notice, so that the same event twice is told twice. */
  readonly id: number;
  readonly device: DeviceKind | 'speaker';
  /**
   * lost: unplugged, another is used now. gone: unplugged, none is left. returned: the chosen one is back.
   * followed: the system's default changed. unusable: the chosen one does not open, another is used.
   * noise: noise suppression does not work here and is off.
   */
  readonly event: 'lost' | 'gone' | 'returned' | 'followed' | 'unusable' | 'noise';
  readonly from: string;
  readonly to: string;
}

export interface MediaState {
  readonly microphone: Capture;
  readonly camera: CameraCapture;
  readonly speaker: { readonly deviceId: string; readonly selectable: boolean };
  readonly devices: Devices;
  readonly background: BackgroundChoice;
  readonly noise: NoiseSuppression;
  readonly pushToTalk: PushToTalk;
  readonly dataSaver: DataSaver;
  readonly notice: Notice | null;
}

export interface MediaActions {
  /** Opens what the person wants open, with one prompt for both where the browser can. Safe to call again. */
  readonly start: () => void;
  /** Closes every device. Choices stay; start() begins anew. */
  readonly stop: () => void;
  /** Mutes or unmutes. The device stays open while muted, so that unmuting is instant. */
  readonly setMicrophone: (on: boolean) => void;
  /** Off closes the device, so that its light goes out. */
  readonly setCamera: (on: boolean) => void;
  readonly chooseMicrophone: (id: string) => void;
  readonly chooseCamera: (id: string) => void;
  readonly chooseSpeaker: (id: string) => void;
  /** Turns a phone's camera round. */
  readonly flipCamera: () => void;
  /** Tries again after 'blocked', 'missing', 'busy' or 'failed'. */
  readonly retry: (kind: DeviceKind) => void;
  readonly setBackground: (choice: BackgroundChoice) => void;
  readonly setNoise: (choice: NoiseSuppression) => void;
  readonly setPushToTalk: (choice: { enabled?: boolean; key?: string }) => void;
  /** The push-to-talk key went down or up. */
  readonly hold: (down: boolean) => void;
  readonly setDataSaver: (choice: DataSaver) => void;
  /** Keeps "microphone on/off, camera on/off" for the next visit; the pre-join page calls it on joining. */
  readonly remember: () => void;
}

export type Media = MediaState & MediaActions;
