/** Why a device is not on, in words, with what to do about it. */
import type { TFunction } from 'i18next';
import type { Capture, DeviceKind } from '@/media';

export type ProblemState = Pick<Capture, 'state' | 'reason'>;

export interface Problem {
  readonly title: string;
  readonly help: string;
  /** The person chose a background that cannot be made; trying again would fail again. */
  readonly background: boolean;
}

export type BrowserFamily = 'chromium' | 'firefox' | 'safari' | 'other';

/** Only the hints depend on it: a wrong guess gives a hint that does not fit, nothing worse. */
export function browserFamily(agent: string): BrowserFamily {
  // Every browser on iOS is Safari inside and keeps its permissions where Safari does.
  if (/iPhone|iPad/.test(agent)) return 'safari';
  if (/Firefox\//.test(agent)) return 'firefox';
  if (/Chrom(e|ium)\//.test(agent)) return 'chromium';
  if (/Safari\//.test(agent)) return 'safari';
  return 'other';
}

export function systemFamily(agent: string): 'windows' | 'mac' | 'other' {
  if (/Windows NT/.test(agent)) return 'windows';
  return /Macintosh/.test(agent) ? 'mac' : 'other';
}

export function problemOf(
  t: TFunction<'media'>,
  kind: DeviceKind,
  { state, reason }: ProblemState,
  agent = navigator.userAgent,
): Problem | null {
  const problem = (title: string, help: string): Problem => ({ title, help, background: false });
  switch (state) {
    case 'off':
    case 'starting':
    case 'asking':
    case 'on':
      return null;
    case 'missing':
      return problem(t(`problem.${kind}.missing`), t('help.missing'));
    case 'busy':
      return problem(t(`problem.${kind}.busy`), t('help.busy'));
    case 'blocked':
      return problem(t(`problem.${kind}.${refusal(reason)}`), blockedHelp(t, reason, agent));
    case 'failed':
      if (reason === 'insecure') return problem(t(`problem.${kind}.insecure`), t('help.insecure'));
      if (reason === 'background')
        return { title: t('problem.camera.background'), help: t('help.background'), background: true };
      return problem(t(`problem.${kind}.failed`), t('help.failed'));
  }
}

/** One problem for both devices, where both have the same that is better said once; null otherwise. */
export function problemOfBoth(
  t: TFunction<'media'>,
  microphone: ProblemState,
  camera: ProblemState,
  agent = navigator.userAgent,
): Problem | null {
  const { state, reason } = camera;
  if (microphone.state !== state || microphone.reason !== reason) return null;
  if (state === 'blocked')
    return {
      title: t(`problem.both.${refusal(reason)}`),
      help: `${blockedHelp(t, reason, agent)} ${t('help.join')}`,
      background: false,
    };
  if (state === 'missing')
    return { title: t('problem.both.missing'), help: t('help.missing'), background: false };
  if (state === 'failed' && reason === 'insecure')
    return { title: t('problem.both.insecure'), help: t('help.insecure'), background: false };
  return null;
}

function refusal(reason: ProblemState['reason']): 'denied' | 'dismissed' | 'system' {
  return reason === 'dismissed' || reason === 'system' ? reason : 'denied';
}

function blockedHelp(t: TFunction<'media'>, reason: ProblemState['reason'], agent: string): string {
  if (reason === 'dismissed') return t('help.dismissed');
  if (reason === 'system') return t(`help.system.${systemFamily(agent)}`);
  return t(`help.denied.${browserFamily(agent)}`);
}
