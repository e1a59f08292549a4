import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { useLive } from '@/live';
import { expectAccessible } from '@/test/axe';
import { aSeat, fakeLive } from '@/test/live';
import { ChatPanel } from './ChatPanel';
import { emptyOutbox, useOutbox, writeTo } from './outbox';

const at = Date.UTC(2026, 0, 5, 10, 2);
const said = (id: string, seat: string, text: string, after = 0) => ({
  id,
  seat,
  name: seat,
  at: at + after,
  text,
});
const people = [aSeat('Me'), aSeat('Ada')];

beforeEach(() => useOutbox.setState(emptyOutbox));

describe('ChatPanel', () => {
  it('says in the beginning that nothing is kept', async () => {
    fakeLive(people, { rights: ['chat'] });
    render(<ChatPanel />);
    expect(screen.getByText(/gone when the meeting ends/)).toBeTruthy();
    await expectAccessible();
  });

  it('groups messages by sender and minute and marks my own', async () => {
    fakeLive(people, {
      rights: ['chat'],
      chat: [said('1', 'Ada', 'one'), said('2', 'Ada', 'two', 1000), said('3', 'Me', 'three', 2000)],
    });
    render(<ChatPanel />);
    expect(screen.getAllByText('Ada')).toHaveLength(1);
    expect(screen.getByText('You')).toBeTruthy();
    expect(screen.queryByText('Me')).toBeNull();
    await expectAccessible();
  });

  it('sends with Enter, breaks the line with Shift and Enter, and empties the field at once', async () => {
    const user = userEvent.setup();
    const server = fakeLive(people, { rights: ['chat'] });
    const answer = server.hold();
    render(<ChatPanel />);
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message to everyone' });
    await user.type(field, 'a{Shift>}{Enter}{/Shift}b ');
    expect(server.sent).toEqual([]);
    await user.type(field, '{Enter}');
    expect(server.sent).toEqual([{ type: 'chat.send', body: { text: 'a\nb' } }]);
    expect(field.value).toBe('');
    expect(screen.getByText(/a\s+b/)).toBeTruthy();
    server.emit('chat', said('1', 'Me', 'a\nb'));
    await answer();
    expect(screen.getAllByText(/a\s+b/)).toHaveLength(1);
  });

  it('does not send while an input method composes', async () => {
    const server = fakeLive(people, { rights: ['chat'] });
    render(<ChatPanel />);
    const field = screen.getByRole('textbox');
    await userEvent.type(field, 'ni');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }));
    expect(server.sent).toEqual([]);
  });

  it('gives the words back when the server refuses them, with the reason', async () => {
    const server = fakeLive(people, { rights: ['chat'] });
    server.refuse('chat.too_fast');
    render(<ChatPanel />);
    const field = screen.getByRole<HTMLTextAreaElement>('textbox');
    await userEvent.type(field, 'hello{Enter}');
    expect(field.value).toBe('hello');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(
      field
        .getAttribute('aria-describedby')
        ?.split(' ')
        .map((id) => document.getElementById(id)?.textContent)
        .join(''),
    ).toMatch(/moment|seconds|slow/i);
  });

  it('counts near the limit and sends nothing beyond it', async () => {
    const server = fakeLive(people, { rights: ['chat'] });
    useOutbox.setState({ meeting: 'meeting', drafts: { '': '🙂'.repeat(3999) } });
    render(<ChatPanel />);
    expect(screen.getByText('1 character left')).toBeTruthy();
    await userEvent.type(screen.getByRole('textbox'), 'ab');
    expect(screen.getByText('1 character too many')).toBeTruthy();
    await userEvent.type(screen.getByRole('textbox'), '{Enter}');
    expect(server.sent).toEqual([]);
    await expectAccessible();
  });

  it('lets me delete what I wrote, and a moderator everything', async () => {
    const chat = [said('1', 'Ada', 'hers'), said('2', 'Me', 'mine')];
    const server = fakeLive(people, { rights: ['chat'], chat });
    const { unmount } = render(<ChatPanel />);
    await userEvent.click(screen.getByRole('button', { name: /^Delete message/ }));
    expect(server.sent).toEqual([{ type: 'chat.delete', body: { message: '2' } }]);
    server.emit('chat.deleted', { message: '2', by: 'Me' });
    expect(screen.queryByText('mine')).toBeNull();
    unmount();
    fakeLive(people, { rights: ['chat', 'moderateChat'], chat });
    render(<ChatPanel />);
    expect(screen.getAllByRole('button', { name: /^Delete message/ })).toHaveLength(2);
  });

  it('shows no field to whom the chat is closed, and keeps what they wrote', async () => {
    const server = fakeLive(people, { rights: ['chat'] });
    render(<ChatPanel />);
    await userEvent.type(screen.getByRole('textbox'), 'draft');
    server.emit('rights', { names: [] });
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(screen.getByText('The chat is switched off for you.')).toBeTruthy();
    server.emit('rights', { names: ['chat'] });
    expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('draft');
  });

  it('marks messages as read while the newest is in view', () => {
    const server = fakeLive(people, { rights: ['chat'], unread: 3 });
    render(<ChatPanel />);
    expect(useLive.getState().unread).toBe(0);
    server.emit('chat', said('1', 'Ada', 'hello'));
    expect(useLive.getState().unread).toBe(0);
  });

  it('counts what comes while I read above, and leads back', async () => {
    const server = fakeLive(people, { rights: ['chat'], chat: [said('1', 'Ada', 'old')] });
    render(<ChatPanel />);
    const log = screen.getByRole('region', { name: 'Messages' });
    Object.defineProperties(log, { scrollHeight: { value: 1000 }, clientHeight: { value: 300 } });
    log.scrollTop = 100;
    log.dispatchEvent(new Event('scroll', { bubbles: true }));
    server.emit('chat', said('2', 'Ada', 'new', 5000));
    server.emit('chat', said('3', 'Me', 'my own', 6000));
    expect(log.scrollTop).toBe(100);
    expect(useLive.getState().unread).toBe(1);
    await userEvent.click(screen.getByRole('button', { name: '1 new message' }));
    expect(log.scrollTop).toBe(1000);
    expect(screen.queryByRole('button', { name: /new message/ })).toBeNull();
    expect(useLive.getState().unread).toBe(0);
  });

  it('opens links safely and shows them as they were written', () => {
    fakeLive(people, { chat: [said('1', 'Ada', 'see https://town.example/agenda.')] });
    render(<ChatPanel />);
    const link = screen.getByRole<HTMLAnchorElement>('link');
    expect(link.textContent).toBe('https://town.example/agenda');
    expect(link.rel.split(' ')).toEqual(expect.arrayContaining(['noopener', 'noreferrer']));
    expect(link.target).toBe('_blank');
    expect(within(screen.getByRole('region')).queryByRole('img')).toBeNull();
  });
});

describe('private messages', () => {
  const secret = (id: string, seat: string, to: string, text: string) => ({
    ...said(id, seat, text),
    to,
    toName: to,
  });
  const all = ['chat', 'chatPrivate'];
  const choose = async (name: string) => {
    await userEvent.click(screen.getByRole('button', { name: /Recipient$/ }));
    await userEvent.click(screen.getByRole('option', { name }));
  };

  it('say in every place who alone reads them', async () => {
    const server = fakeLive(people, { rights: all });
    render(<ChatPanel />);
    await choose('Ada');
    const field = screen.getByRole('textbox', { name: 'Message only to Ada' });
    expect(screen.getByText('Only Ada will read this')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Send only to Ada' })).toBeTruthy();
    await expectAccessible();
    await userEvent.type(field, 'psst{Enter}');
    expect(server.sent).toEqual([{ type: 'chat.send', body: { to: 'Ada', text: 'psst' } }]);
    server.emit('chat', secret('1', 'Me', 'Ada', 'psst'));
    expect(screen.getByText('Only to Ada')).toBeTruthy();
    // The next one is private as well: falling back to everyone would betray somebody.
    expect(screen.getByRole('textbox', { name: 'Message only to Ada' })).toBeTruthy();
  });

  it('never lend their words to another recipient', async () => {
    fakeLive([...people, aSeat('Ben')], { rights: all });
    render(<ChatPanel />);
    await userEvent.type(screen.getByRole('textbox'), 'begun');
    await choose('Ada');
    const value = () => screen.getByRole<HTMLTextAreaElement>('textbox').value;
    expect(value()).toBe('begun');
    await choose('Ben');
    expect(value()).toBe('');
    await userEvent.click(screen.getByRole('button', { name: 'Write to everyone again' }));
    expect(value()).toBe('');
    await choose('Ada');
    expect(value()).toBe('begun');
  });

  it('are answered privately, and stand apart from public ones', async () => {
    fakeLive(people, {
      rights: all,
      chat: [said('1', 'Ada', 'to all'), secret('2', 'Ada', 'Me', 'to me')],
    });
    render(<ChatPanel />);
    expect(screen.getAllByText('Only to you')).toHaveLength(1);
    await userEvent.click(screen.getByRole('button', { name: 'Reply only to Ada' }));
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message only to Ada' }));
    await expectAccessible();
  });

  it('are not sent to somebody who has left', async () => {
    const server = fakeLive(people, { rights: all });
    render(<ChatPanel />);
    await choose('Ada');
    await userEvent.type(screen.getByRole('textbox'), 'too late');
    server.emit('seat.left', { seat: 'Ada', reason: 'left' });
    expect(screen.getByText(/Ada is no longer here/)).toBeTruthy();
    await userEvent.type(screen.getByRole('textbox'), '{Enter}');
    expect(server.sent).toEqual([]);
  });

  it('go back to where they were written when refused', async () => {
    const server = fakeLive(people, { rights: all });
    const answer = server.hold();
    server.refuse('right.missing');
    render(<ChatPanel />);
    await choose('Ada');
    await userEvent.type(screen.getByRole('textbox'), 'psst{Enter}');
    act(() => writeTo({ to: '', toName: '' }));
    await userEvent.type(screen.getByRole('textbox'), 'hello');
    await answer();
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message to everyone' }).value).toBe(
      'hello',
    );
    expect(useOutbox.getState().drafts['Ada']).toBe('psst');
  });

  it('reach who runs the meeting when the chat is closed', async () => {
    const server = fakeLive([
      aSeat('Me'),
      aSeat('Ada'),
      aSeat('Olaf', { role: 'owner' }),
      aSeat('Pia', { role: 'presenter' }),
    ]);
    render(<ChatPanel />);
    expect(screen.queryByRole('textbox')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: /Recipient$/ }));
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(['Olaf', 'Pia']);
    await userEvent.click(screen.getByRole('option', { name: 'Olaf' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Message only to Olaf' }), 'help{Enter}');
    expect(server.sent).toEqual([{ type: 'chat.send', body: { to: 'Olaf', text: 'help' } }]);
  });
});
