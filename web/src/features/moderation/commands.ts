import i18next from 'i18next';
import { announce } from '@/a11y';
import { attempt } from '@/features/notices/attempt';
import { live } from '@/live';
import { toast } from '@/ui';

/** Mutes everyone but oneself and the owners, and says so. They can unmute themselves. */
export async function muteEveryone(): Promise<void> {
  await i18next.loadNamespaces('moderation');
  if (await attempt(live.send('mute.all'))) {
    toast.show(i18next.t('muteAll.done', { ns: 'moderation' }), { tone: 'success' });
  }
}

/** Closes the door to newcomers, or opens it, and says so. */
export async function setLocked(locked: boolean): Promise<void> {
  await i18next.loadNamespaces('moderation');
  if (await attempt(live.send('locked.set', { locked }))) {
    announce(i18next.t(locked ? 'locked' : 'unlocked', { ns: 'moderation' }));
  }
}
