import { faultText } from '@/i18n';
import { LiveFault } from '@/live';
import { toast } from '@/ui';

/** Waits for a command; tells the person when it was refused. Whether it was carried out. */
export async function attempt(command: Promise<void>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    toast.show(faultText(error instanceof LiveFault ? error.code : 'internal'), { tone: 'danger' });
    return false;
  }
}
