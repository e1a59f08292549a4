import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDialog, useCall } from '@/features/call/store';
import { media } from '@/media';
import { expectAccessible } from '@/test/axe';
import { aGate, aSeat, fakeLive, openPolicy } from '@/test/live';
import { AskedToUnmute } from './AskedToUnmute';
import { ClaimDialog } from './ClaimDialog';
import { EndDialog } from './EndDialog';
import { ModerationDialog } from './ModerationDialog';

const rights = ['setPolicy', 'lock', 'mute', 'end', 'admit', 'setPasscode'];
const policy = { ...openPolicy, share: false };
const me = aSeat('me', { role: 'moderator' });
const ada = aSeat('ada', { name: 'Ada' });

beforeEach(() => useCall.setState({ dialog: null }));

describe('ModerationDialog', () => {
  const screenShare = () => screen.getByRole<HTMLInputElement>('switch', { name: 'Share their screen' });

  const attendees = () => userEvent.click(screen.getByRole('tab', { name: 'Attendees may' }));

  it('shows a change at once and sends the whole policy', async () => {
    const server = fakeLive([me, ada], { rights, policy });
    const answer = server.hold();
    openDialog('moderation');
    render(<ModerationDialog />);
    await attendees();
    expect(screenShare().checked).toBe(false);
    await expectAccessible();
    await userEvent.click(screenShare());
    expect(screenShare().checked).toBe(true);
    expect(server.sent).toEqual([{ type: 'policy.set', body: { ...policy, share: true } }]);
    server.emit('policy', { ...policy, share: true });
    await answer();
    expect(screenShare().checked).toBe(true);
  });

  it('takes the change back when the server refuses it', async () => {
    const server = fakeLive([me, ada], { rights, policy });
    const answer = server.hold();
    server.refuse('right.missing');
    openDialog('moderation');
    render(<ModerationDialog />);
    await attendees();
    await userEvent.click(screenShare());
    expect(screenShare().checked).toBe(true);
    await answer();
    await waitFor(() => {
      expect(screenShare().checked).toBe(false);
    });
  });

  it('keeps two quick changes together', async () => {
    const server = fakeLive([me, ada], { rights, policy });
    server.hold();
    openDialog('moderation');
    render(<ModerationDialog />);
    await attendees();
    await userEvent.click(screenShare());
    await userEvent.click(screen.getByRole('switch', { name: 'Write in the chat' }));
    expect(server.sent.at(-1)).toEqual({ type: 'policy.set', body: { ...policy, share: true, chat: false } });
  });

  it('locks the door', async () => {
    const server = fakeLive([me, ada], { rights, policy });
    openDialog('moderation');
    render(<ModerationDialog />);
    await userEvent.click(screen.getByRole('switch', { name: 'Lock the meeting' }));
    expect(server.sent).toEqual([{ type: 'locked.set', body: { locked: true } }]);
  });

  it('sets who waits and a passcode while the meeting runs', async () => {
    const gate = aGate({ lobby: { mode: 'everyone', signedIn: false, invited: false, domains: ['a.org'] } });
    const server = fakeLive([me, ada], { rights, policy, gate });
    openDialog('moderation');
    render(<ModerationDialog />);
    await expectAccessible();
    const domains = screen.getByRole('textbox', { name: 'Accounts of these e-mail domains' });
    await userEvent.type(domains, ', B.org');
    await userEvent.click(screen.getByRole('button', { name: 'Set a passcode' }));
    const lobby = { ...gate.lobby, domains: ['a.org', 'b.org'] };
    server.emit('lobby', { lobby, by: 'me' });
    await userEvent.type(screen.getByRole('textbox', { name: 'New passcode' }), 'sesame{Enter}');
    server.emit('passcode', { set: true, by: 'me' });
    expect(screen.getByText('sesame')).toBeTruthy();
    await userEvent.click(screen.getByRole('radio', { name: 'Nobody' }));
    expect(server.sent).toEqual([
      { type: 'lobby.set', body: lobby },
      { type: 'passcode.set', body: { passcode: 'sesame' } },
      { type: 'lobby.set', body: { ...lobby, mode: 'off' } },
    ]);
    await expectAccessible();
  });

  it('is not for whom the policy is no matter', () => {
    fakeLive([ada], { policy });
    openDialog('moderation');
    render(<ModerationDialog />);
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('ClaimDialog', () => {
  it('asks for the PIN and says when it is wrong', async () => {
    const server = fakeLive([ada, me], { hostPin: true });
    server.refuse('right.missing');
    openDialog('claimHost');
    render(<ClaimDialog />);
    const field = screen.getByLabelText('Host PIN');
    await userEvent.type(field, '123456{Enter}');
    expect(server.sent).toEqual([{ type: 'host.claim', body: { pin: '123456' } }]);
    expect(field).toHaveAccessibleDescription(/role in this meeting/);
    await expectAccessible();
  });
});

describe('EndDialog', () => {
  it('asks first, and says what will happen', async () => {
    const server = fakeLive([me, ada], { rights });
    openDialog('end');
    render(<EndDialog />);
    const dialog = screen.getByRole('alertdialog', { name: 'End the meeting for all?' });
    expect(dialog.textContent).toContain('all 2 people');
    expect(server.sent).toEqual([]);
    await expectAccessible();
    await userEvent.click(within(dialog).getByRole('button', { name: 'End meeting' }));
    expect(server.sent).toEqual([{ type: 'end', body: undefined }]);
  });
});

describe('AskedToUnmute', () => {
  beforeEach(() => act(() => media.getState().setMicrophone(false)));

  it('asks calmly and unmutes nobody by itself', async () => {
    const server = fakeLive([ada, { ...me, name: 'Mia' }], { rights: ['speak'] });
    const { container } = render(<AskedToUnmute />);
    server.emit('unmute.asked', { by: 'me' });
    expect(screen.getByRole('dialog', { name: 'Mia asks you to unmute' })).toBeTruthy();
    expect(document.activeElement).toBe(document.body);
    expect(media.getState().microphone.wanted).toBe(false);
    await expectAccessible(container);
    await userEvent.click(screen.getByRole('button', { name: 'Stay muted' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(media.getState().microphone.wanted).toBe(false);
  });

  it('unmutes when I say so', async () => {
    const server = fakeLive([ada, me], { rights: ['speak'] });
    render(<AskedToUnmute />);
    server.emit('unmute.asked', { by: 'me' });
    await userEvent.click(screen.getByRole('button', { name: 'Unmute' }));
    expect(media.getState().microphone.wanted).toBe(true);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is answered by unmuting in any other way, and by losing the right', () => {
    const server = fakeLive([ada, me], { rights: ['speak'] });
    render(<AskedToUnmute />);
    server.emit('unmute.asked', { by: 'me' });
    act(() => media.getState().setMicrophone(true));
    expect(screen.queryByRole('dialog')).toBeNull();
    act(() => media.getState().setMicrophone(false));
    expect(screen.queryByRole('dialog')).toBeNull();
    server.emit('unmute.asked', { by: 'me' });
    server.emit('rights', { names: [] });
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
