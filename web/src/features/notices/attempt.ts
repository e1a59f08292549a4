import i18next from 'i18next';
import { faultText } from '@/i18n';
import { connectionLost, LiveFault, useLive } from '@/live';
import { toast } from '@/ui';

/** Why a command was not carried out, in words. Loaded by Notices: the namespace "notices". */
export function refusalText(code: string): string {
  return code === connectionLost ? i18next.t('connectionLost', { ns: 'notices' }) : faultText(code);
}

/** Over the call, for some seconds. */
function say(words: string): void {
  toast.show(words, { tone: 'danger' });
}

/**
 * Waits for a command; tells the person when it was refused, in another place
 * where a dialog stays open that the words would cover. Whether it was carried out. What was under way when the meeting ended is no news: the page
 * that follows says how it ended, and it may be what the command was for.
 */
export async function attempt(command: Promise<void>, tell = say): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    const code = error instanceof LiveFault ? error.code : 'internal';
    if (code === connectionLost && useLive.getState().phase === 'over') return false;
    tell(refusalText(code));
    return false;
  }
}
