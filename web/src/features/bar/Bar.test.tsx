import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { resetCall, useCall } from '@/features/call/store';
import { live, useLive } from '@/live';
import type { Seat } from '@/live/protocol.gen';
import { blank } from '@/live/state';
import { expectAccessible } from '@/test/axe';
import { Bar } from './Bar';

const me: Seat = {
  id: 'me',
  name: 'Ada',
  role: 'attendee',
  guest: true,
  joinedAt: 0,
  hand: 0,
  away: false,
  sharing: false,
};

function enter(rights: string[]): void {
  useLive.setState({
    ...blank,
    phase: 'open',
    you: 'me',
    seats: { me },
    order: ['me'],
    rights: new Set(rights),
    meeting: { id: 'm', name: 'Council', organisation: 'Town', welcome: '', maxShares: 1 },
  });
}

const attendee = ['speak', 'camera', 'share', 'chat', 'react', 'raiseHand'];
const button = (name: string): HTMLElement => screen.getByRole('button', { name });

beforeEach(() => {
  resetCall('grid');
});

describe('Bar', () => {
  it('has the names people rely on, and toggles that say how they stand', async () => {
    enter(attendee);
    render(<Bar />);
    for (const name of ['Microphone', 'Camera', 'Raise hand', 'Chat', 'People']) {
      expect(button(name).getAttribute('aria-pressed')).toMatch(/^(true|false)$/);
    }
    expect(button('Reactions')).toBeTruthy();
    await expectAccessible();
  });

  it('opens one panel at a time', async () => {
    enter(attendee);
    render(<Bar />);
    await userEvent.click(button('Chat'));
    expect(button('Chat').getAttribute('aria-pressed')).toBe('true');
    await userEvent.click(button('People'));
    expect(useCall.getState().panel).toBe('people');
    expect(button('Chat').getAttribute('aria-pressed')).toBe('false');
  });

  it('shows a raised hand at once and takes it back when the server refuses', async () => {
    enter(attendee);
    let refuse: (reason: Error) => void = () => undefined;
    vi.spyOn(live, 'send').mockReturnValue(
      new Promise((_, reject) => {
        refuse = reject;
      }),
    );
    render(<Bar />);
    await userEvent.click(button('Raise hand'));
    expect(button('Raise hand').getAttribute('aria-pressed')).toBe('true');
    refuse(new Error('no'));
    await waitFor(() => {
      expect(button('Raise hand').getAttribute('aria-pressed')).toBe('false');
    });
  });

  it('keeps a forbidden button reachable and does nothing', async () => {
    enter(['raiseHand']);
    render(<Bar />);
    const microphone = button('Microphone');
    expect(microphone.getAttribute('aria-disabled')).toBe('true');
    await userEvent.click(microphone);
    expect(microphone.getAttribute('aria-pressed')).toBe('false');
  });

  it('lets people without the right leave at once', async () => {
    enter(attendee);
    const leave = vi.spyOn(live, 'leave').mockReturnValue();
    render(<Bar />);
    await userEvent.click(button('Leave'));
    expect(leave).toHaveBeenCalledOnce();
  });

  it('asks those who may end the meeting which of the two they mean', async () => {
    enter([...attendee, 'end']);
    render(<Bar />);
    await userEvent.click(button('Leave'));
    await userEvent.click(await screen.findByRole('button', { name: 'End meeting for all' }));
    expect(useCall.getState().dialog).toBe('end');
  });
});
