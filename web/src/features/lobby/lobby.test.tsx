import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useCall } from '@/features/call/store';
import { expectAccessible } from '@/test/axe';
import { aGate, aSeat, aWaiter, fakeLive } from '@/test/live';
import { Toasts } from '@/ui';
import { useLobbyTold } from './useLobbyTold';
import { WaitingRegion } from './WaitingRegion';

const me = aSeat('me', { role: 'moderator' });
const anna = aWaiter('anna', { name: 'Anna', since: 1 });
const bo = aWaiter('bo', { name: 'Bo', since: 2, guest: false, email: 'bo@example.org', invited: true });
const late = aWaiter('late', { name: 'Late', since: 3, reason: 'full' });

const admitting = (waiting = [anna, bo]) => fakeLive([me], { rights: ['admit'], gate: aGate({ waiting }) });
const region = () => screen.getByRole('region', { name: 'Waiting' });
const row = (name: string) =>
  within(
    within(region())
      .getAllByRole('listitem')
      .find((each) => each.textContent.includes(name)) as HTMLElement,
  );

beforeEach(() => useCall.setState({ panel: null, dialog: null }));

describe('who waits', () => {
  it('is listed with what is known of them, and let in one by one', async () => {
    const server = admitting([anna, bo, late]);
    render(<WaitingRegion onEmpty={vi.fn()} />);
    expect(row('Bo').getByText(/bo@example\.org · invited by link/)).toBeTruthy();
    expect(row('Anna').getByText(/^Guest/)).toBeTruthy();
    expect(row('Late').queryByRole('button', { name: 'Admit' })).toBeNull();
    await expectAccessible();
    const admit = row('Anna').getByRole('button', { name: 'Admit' });
    expect(admit).toHaveAccessibleDescription('Anna');
    await userEvent.click(admit);
    await userEvent.click(row('Bo').getByRole('button', { name: 'Deny' }));
    expect(server.sent).toEqual([
      { type: 'lobby.admit', body: { waiter: 'anna' } },
      { type: 'lobby.deny', body: { waiter: 'bo', text: '', ban: false } },
    ]);
  });

  it('is let in all at once', async () => {
    const server = admitting();
    render(<WaitingRegion onEmpty={vi.fn()} />);
    await userEvent.click(screen.getByRole('button', { name: 'Admit all' }));
    expect(server.sent).toEqual([{ type: 'lobby.admitAll', body: undefined }]);
  });

  it('keeps the focus with the next one, and gives it back after the last', async () => {
    const server = admitting();
    const onEmpty = vi.fn();
    render(<WaitingRegion onEmpty={onEmpty} />);
    const gone = (waiter: string) => server.emit('waiter.gone', { waiter, reason: 'admitted', by: 'me' });
    await userEvent.click(row('Anna').getByRole('button', { name: 'Admit' }));
    gone('anna');
    expect(document.activeElement).toBe(row('Bo').getByRole('button', { name: 'Admit' }));
    await userEvent.click(row('Bo').getByRole('button', { name: 'Admit' }));
    gone('bo');
    expect(screen.queryByRole('region', { name: 'Waiting' })).toBeNull();
    expect(onEmpty).toHaveBeenCalledOnce();
  });

  it('is denied with words', async () => {
    const server = admitting();
    render(<WaitingRegion onEmpty={vi.fn()} />);
    await userEvent.click(screen.getByRole('button', { name: 'More about Anna' }));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Deny and ban…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Ban Anna?' }));
    await expectAccessible();
    await userEvent.type(dialog.getByRole('textbox', { name: 'Message (optional)' }), 'Not today');
    await userEvent.click(dialog.getByRole('button', { name: 'Ban' }));
    expect(server.sent).toEqual([
      { type: 'lobby.deny', body: { waiter: 'anna', text: 'Not today', ban: true } },
    ]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is written to, but never an empty message', async () => {
    const server = admitting();
    render(<WaitingRegion onEmpty={vi.fn()} />);
    await userEvent.click(screen.getByRole('button', { name: 'Actions for all who wait' }));
    await userEvent.click(screen.getByRole('menuitem', { name: 'Message to all who wait…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Message to all who wait' }));
    await userEvent.click(dialog.getByRole('button', { name: 'Send' }));
    expect(server.sent).toEqual([]);
    await userEvent.type(dialog.getByRole('textbox', { name: 'Message' }), 'Five minutes');
    await userEvent.click(dialog.getByRole('button', { name: 'Send' }));
    expect(server.sent).toEqual([{ type: 'lobby.tell', body: { waiter: '', text: 'Five minutes' } }]);
  });

  it('is marked in words when they may be somebody banned', () => {
    admitting([{ ...anna, suspect: true }]);
    render(<WaitingRegion onEmpty={vi.fn()} />);
    expect(screen.getByText(/same network as somebody who was banned/)).toBeTruthy();
  });

  it('is nobody’s business without the right', () => {
    fakeLive([me], { gate: null });
    const { container } = render(<WaitingRegion onEmpty={vi.fn()} />);
    expect(container.textContent).toBe('');
  });
});

describe('knocking', () => {
  function Told() {
    useLobbyTold();
    return <Toasts />;
  }
  const pass = (ms: number) => {
    act(() => {
      vi.advanceTimersByTime(ms);
    });
  };
  beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => {
    vi.useRealTimers();
  });

  it('brings a quiet message with the one thing to do', async () => {
    const server = admitting([]);
    render(<Told />);
    server.emit('waiter.came', anna);
    expect(screen.queryByText(/Anna is waiting/)).toBeNull();
    pass(1100);
    expect(screen.getByText('Anna is waiting to be let in')).toBeTruthy();
    await userEvent
      .setup({ advanceTimers: vi.advanceTimersByTime })
      .click(screen.getByRole('button', { name: 'Admit' }));
    expect(server.sent).toEqual([{ type: 'lobby.admit', body: { waiter: 'anna' } }]);
  });

  it('of many is one message, which goes when it is no longer so', () => {
    const server = admitting([]);
    render(<Told />);
    server.emit('waiter.came', anna);
    server.emit('waiter.came', bo);
    pass(1100);
    expect(screen.getByText('2 people are waiting to be let in')).toBeTruthy();
    server.emit('waiter.gone', { waiter: 'bo', reason: 'left', by: '' });
    expect(screen.queryByText(/are waiting to be let in/)).toBeNull();
  });

  it('of many leads to the first who can be let in, also by keyboard', async () => {
    const server = admitting([late]);
    function Page() {
      const panel = useCall((state) => state.panel);
      return (
        <>
          <button>Elsewhere</button>
          <Told />
          {panel === 'people' && <WaitingRegion onEmpty={vi.fn()} />}
        </>
      );
    }
    render(<Page />);
    server.emit('waiter.came', anna);
    server.emit('waiter.came', bo);
    pass(1100);
    act(() => screen.getByRole('button', { name: 'Elsewhere' }).focus());
    act(() => screen.getByRole('button', { name: 'Show' }).focus());
    await userEvent.setup({ advanceTimers: vi.advanceTimersByTime }).keyboard('{Enter}');
    pass(100);
    expect(row('Anna').getByRole('button', { name: 'Admit' })).toHaveFocus();
    expect(useCall.getState().toWaiting).toBe(false);
  });

  it('is told to whoever comes to a door at which people stand', () => {
    admitting([anna]);
    render(<Told />);
    pass(1100);
    expect(screen.getByText('Anna is waiting to be let in')).toBeTruthy();
  });

  it('shows no message over the open list, nor for a mere lack of places', () => {
    useCall.setState({ panel: 'people' });
    const server = admitting([]);
    render(<Told />);
    server.emit('waiter.came', anna);
    pass(1100);
    expect(screen.queryByText(/is waiting/)).toBeNull();
    act(() => {
      useCall.setState({ panel: null });
    });
    server.emit('waiter.came', late);
    pass(1100);
    expect(screen.queryByText(/Late is waiting/)).toBeNull();
  });
});
