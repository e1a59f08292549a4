/** A device opened only to look at it or listen to it here: what it gives is never sent anywhere. */
import { type Failure, failureOf } from './failure';
import { type DeviceKind, SYSTEM_DEFAULT } from './state';

export type Trial = { readonly track: MediaStreamTrack } | { readonly failure: Failure };

export async function tryDevice(kind: DeviceKind, deviceId: string): Promise<Trial> {
  const constraints: MediaTrackConstraints =
    deviceId === SYSTEM_DEFAULT ? {} : { deviceId: { ideal: deviceId } };
  try {
    const stream = await navigator.mediaDevices.getUserMedia(
      kind === 'camera' ? { video: constraints } : { audio: constraints },
    );
    const [track] = stream.getTracks();
    if (track === undefined) return { failure: { state: 'missing', reason: null } };
    return { track };
  } catch (error) {
    return { failure: failureOf(error, null) };
  }
}
