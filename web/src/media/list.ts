/** The browser's device list, without its aliases and with names a person can tell apart. */
import type { Device, Devices } from './state';

export const noDevices: Devices = {
  microphones: [],
  cameras: [],
  speakers: [],
  defaultMicrophone: '',
  defaultSpeaker: '',
};

export interface Listed {
  readonly devices: Devices;
  /** Changes when the system's default microphone becomes another device. */
  readonly defaultMicrophone: string;
  /** Chromium says which speaker is the default; '' elsewhere. */
  readonly defaultSpeaker: string;
}

/** Chromium lists these beside the devices they stand for. */
const aliases = new Set(['default', 'communications']);

export function listDevices(infos: readonly MediaDeviceInfo[]): Listed {
  const of = (kind: MediaDeviceKind): readonly MediaDeviceInfo[] =>
    infos.filter((info) => info.kind === kind);
  const microphones = of('audioinput');
  const speakers = of('audiooutput');
  return {
    devices: {
      microphones: named(microphones),
      cameras: named(of('videoinput')),
      speakers: named(speakers),
      defaultMicrophone: defaultOf(microphones)?.label ?? '',
      defaultSpeaker: defaultOf(speakers)?.label ?? '',
    },
    defaultMicrophone: identity(defaultOf(microphones)),
    defaultSpeaker: identity(defaultOf(speakers)),
  };
}

/** Before permission the browser lists nameless devices without ids: nothing to choose from. */
function named(infos: readonly MediaDeviceInfo[]): readonly Device[] {
  const real = infos.filter((info) => info.deviceId !== '' && !aliases.has(info.deviceId));
  const count = new Map<string, number>();
  return real.map((info) => {
    const nth = (count.get(info.label) ?? 0) + 1;
    count.set(info.label, nth);
    const twins = real.filter((other) => other.label === info.label).length > 1;
    return { id: info.deviceId, label: twins ? `${tidy(info.label)} (${nth.toString()})` : tidy(info.label) };
  });
}

/** Media Capture and Streams §9.2.1: the system's default comes first in the list. Chromium adds an entry for it. */
function defaultOf(infos: readonly MediaDeviceInfo[]): MediaDeviceInfo | undefined {
  const alias = infos.find((info) => info.deviceId === 'default');
  const real = infos.filter((info) => !aliases.has(info.deviceId));
  if (alias === undefined) return real[0];
  return (
    real.find((info) => alias.label.endsWith(info.label) && info.label !== '') ??
    real.find((info) => info.groupId === alias.groupId) ??
    alias
  );
}

function identity(info: MediaDeviceInfo | undefined): string {
  return info === undefined ? '' : `${info.deviceId} ${info.label}`;
}

/** "HD Webcam (046d:0825)" is a name for machines. */
function tidy(label: string): string {
  return label.replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '');
}
