import { live, useLive } from '@/live';
import { togglePin, useCall } from '@/features/call/store';
import { writeTo } from '@/features/chat/outbox';
import { openConsent } from '@/features/recording/store';
import type { Asked } from './PersonMenu';
import type { PersonAction } from './personActions';

/** Carries an entry of a person's menu out; resolves when the server did. */
export async function runPersonAction(action: Exclude<PersonAction, Asked>, seat: string): Promise<void> {
  switch (action) {
    case 'mute':
      return live.send('mute', { seat });
    case 'askUnmute':
      return live.send('unmute.ask', { seat });
    case 'stopCamera':
      return live.send('camera.stop', { seat });
    case 'stopShare':
      return live.send('share.stop', { seat });
    case 'lowerHand':
      return live.send('hand.lower', { seat });
    case 'spotlight':
      return live.send('spotlight.set', { seat });
    case 'unspotlight':
      return live.send('spotlight.set', { seat: '' });
    case 'pin':
    case 'unpin':
      togglePin(seat);
      return undefined;
    case 'write':
      writeTo({ to: seat, toName: useLive.getState().seats[seat]?.name ?? '' });
      useCall.setState({ panel: 'chat' });
      return undefined;
    case 'consent':
      // On a phone the panel lies over the question.
      useCall.setState({ panel: null });
      openConsent();
      return undefined;
    default:
      return live.send('role.set', { seat, role: action.slice('role.'.length) });
  }
}
