/** Turns what getUserMedia throws into what a person can understand and mend. */
import type { DeviceReason, DeviceState } from './state';

export interface Failure {
  readonly state: Extract<DeviceState, 'blocked' | 'missing' | 'busy' | 'failed'>;
  readonly reason: DeviceReason | null;
}

/**
 * permission is the browser's answer after the failure: 'prompt' means that the prompt was closed unanswered.
 * Error names: Media Capture and Streams §10.2 (getUserMedia) and the older ones that browsers still use.
 */
export function failureOf(error: unknown, permission: PermissionState | null): Failure {
  const text = isError(error) ? error.message : '';
  switch (errorName(error)) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      // Chromium tells the operating system's refusal only in the message.
      if (/system/i.test(text)) return { state: 'blocked', reason: 'system' };
      if (permission === 'prompt') return { state: 'blocked', reason: 'dismissed' };
      // Allowed in the browser and still refused: the operating system's privacy settings.
      if (permission === 'granted') return { state: 'blocked', reason: 'system' };
      return { state: 'blocked', reason: 'denied' };
    case 'InsecureError': // Our own name: the page has no HTTPS, so the browser has no devices.
      return { state: 'failed', reason: 'insecure' };
    case 'SecurityError':
      return { state: 'blocked', reason: 'denied' };
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
    case 'ConstraintNotSatisfiedError':
      return { state: 'missing', reason: null };
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return { state: 'busy', reason: null };
    default:
      return { state: 'failed', reason: 'unknown' };
  }
}

export function errorName(error: unknown): string {
  return isError(error) ? error.name : '';
}

function isError(error: unknown): error is Error | DOMException {
  return error instanceof Error || error instanceof DOMException;
}
