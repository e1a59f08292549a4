import i18next from 'i18next';
import { faultText } from '@/i18n';
import { connectionLost, LiveFault } from '@/live';
import { toast } from '@/ui';

/** Why a command was not carried out, in words. Loaded by Notices: the namespace "notices". */
export function refusalText(code: string): string {
  return code === connectionLost ? i18next.t('connectionLost', { ns: 'notices' }) : faultText(code);
}

/** Waits for a command; tells the person when it was refused. Whether it was carried out. */
export async function attempt(command: Promise<void>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    toast.show(refusalText(error instanceof LiveFault ? error.code : 'internal'), { tone: 'danger' });
    return false;
  }
}
