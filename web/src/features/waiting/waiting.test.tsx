import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { live, useLive, type WaitingState } from '@/live';
import { expectAccessible } from '@/test/axe';
import { fakeLive } from '@/test/live';
import { renderPage, serve } from '@/test/page';
import { WaitingPage } from '.';

const inLobby: WaitingState = {
  reason: 'lobby',
  ahead: 0,
  since: Date.now() - 3 * 60_000,
  told: '',
  name: 'Council',
  organisation: 'Town of Halder',
};

function show(change: Partial<WaitingState> = {}, phase: 'waiting' | 'reconnecting' = 'waiting') {
  serve({});
  const server = fakeLive([], { phase, waiting: { ...inLobby, ...change }, meeting: null });
  renderPage(<WaitingPage watches={false} />);
  return server;
}

describe('the page of somebody who waits', () => {
  it('says what is going on, for whom, and since when', async () => {
    show();
    expect(screen.getByRole('heading', { level: 1, name: 'Waiting to be let in' })).toBeInTheDocument();
    expect(screen.getByText('Council')).toBeInTheDocument();
    expect(screen.getByText('Town of Halder')).toBeInTheDocument();
    expect(screen.getByText('You have been waiting for 3 minutes')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Settings' })).toBeInTheDocument();
    await expectAccessible();
  });

  it('shows what the moderators write, as plain text', async () => {
    const server = show();
    server.emit('waiting.told', { text: 'Five <b>more</b> minutes' });
    expect(screen.getByRole('region', { name: 'Message from the meeting' })).toHaveTextContent(
      'Five <b>more</b> minutes',
    );
    await expectAccessible();
  });

  it.each([
    [0, 'You are next.'],
    [1, '1 person is before you.'],
    [7, '7 people are before you.'],
  ])('with %i before says "%s"', async (ahead, words) => {
    show({ reason: 'full', ahead });
    expect(screen.getByRole('heading', { name: 'Waiting for a free place' })).toBeInTheDocument();
    expect(screen.getByText(words)).toBeInTheDocument();
    await expectAccessible();
  });

  it('stays and says so when the connection is lost', () => {
    show({}, 'reconnecting');
    expect(screen.getByText(/your place is kept/)).toBeInTheDocument();
    expect(useLive.getState().waiting).not.toBeNull();
  });

  it('lets one leave', async () => {
    const leave = vi.spyOn(live, 'leave').mockImplementation(() => undefined);
    show();
    await userEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(leave).toHaveBeenCalledOnce();
  });
});
