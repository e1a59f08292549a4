import { type Action, type ActionContext } from '@/features/call/action';
import { openDialog } from '@/features/call/store';
import { Crown, DoorClosed, DoorOpen, MicOff, PhoneOff, SlidersHorizontal } from '@/ui';
import { muteEveryone, setLocked } from './commands';

const hiddenWithout =
  (right: string) =>
  ({ live }: ActionContext) => ({ hidden: !live.rights.has(right) });

/** Opens what attendees may do, and the door. */
const moderate: Action = {
  id: 'moderate',
  label: 'moderation:open',
  icon: () => SlidersHorizontal,
  state: hiddenWithout('setPolicy'),
  run: () => openDialog('moderation'),
};

const muteAll: Action = {
  id: 'muteAll',
  label: 'moderation:muteAll',
  icon: () => MicOff,
  state: hiddenWithout('mute'),
  run: muteEveryone,
};

const lock: Action = {
  id: 'lock',
  label: 'moderation:lock',
  icon: ({ live }) => (live.locked ? DoorClosed : DoorOpen),
  state: ({ live }) => ({ hidden: !live.rights.has('lock'), pressed: live.locked }),
  run: ({ live }) => setLocked(!live.locked),
};

/** Asks first; the dialog ends the meeting. */
const end: Action = {
  id: 'end',
  label: 'moderation:end',
  icon: () => PhoneOff,
  state: hiddenWithout('end'),
  run: () => openDialog('end'),
};

/** Whoever knows the meeting's PIN becomes its owner here, as on a borrowed device. */
const claimHost: Action = {
  id: 'claimHost',
  label: 'moderation:claim',
  icon: () => Crown,
  state: ({ live: { hostPin, seats, you } }) => ({ hidden: !hostPin || seats[you]?.role === 'owner' }),
  run: () => openDialog('claimHost'),
};

/** What moderators can do about the meeting as a whole, in the order of a menu. */
export const moderationActions: readonly Action[] = [moderate, muteAll, lock, claimHost, end];
