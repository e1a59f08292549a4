import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { setPreferences } from '@/features/preferences/store';
import { expectAccessible } from '@/test/axe';
import { aSeat, fakeLive } from '@/test/live';
import { ReactionsMenu } from './ReactionsMenu';
import { ReactionsOverlay } from './ReactionsOverlay';

describe('ReactionsMenu', () => {
  it('sends the chosen reaction and gives the focus back', async () => {
    const server = fakeLive([aSeat('me')], { rights: ['react'] });
    render(<ReactionsMenu />);
    const button = screen.getByRole('button', { name: 'Reactions' });
    await userEvent.click(button);
    expect(screen.getByRole('dialog', { name: 'Choose a reaction' })).toBeTruthy();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Applause' }));
    expect(server.sent).toEqual([{ type: 'react', body: { kind: 'clap' } }]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says why it cannot be used while reactions are off', async () => {
    const server = fakeLive([aSeat('me')]);
    render(<ReactionsMenu />);
    const button = screen.getByRole('button', { name: 'Reactions' });
    expect(button.getAttribute('aria-disabled')).toBe('true');
    await userEvent.click(button);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(server.sent).toEqual([]);
  });
});

describe('ReactionsOverlay', () => {
  const reactions = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ id, seat: 'ada', kind: 'heart', at: 0 }));
  const ada = aSeat('ada', { name: 'Ada' });

  it('shows each with the name of its sender', async () => {
    fakeLive([aSeat('me'), ada], {
      reactions: [
        { id: 1, seat: 'ada', kind: 'clap', at: 0 },
        { id: 2, seat: 'me', kind: 'heart', at: 0 },
      ],
    });
    const { container } = render(<ReactionsOverlay />);
    expect([...container.querySelectorAll('li')].map((li) => li.textContent)).toEqual(['Ada', 'You']);
    expect(container.querySelectorAll('svg')).toHaveLength(2);
    await expectAccessible();
  });

  it('leaves out what it does not know', () => {
    fakeLive([ada], { reactions: [{ id: 1, seat: 'ada', kind: '<img src=x>', at: 0 }] });
    const { container } = render(<ReactionsOverlay />);
    expect(container.querySelectorAll('li')).toHaveLength(0);
  });

  it('stands still, and few at a time, where motion is unwelcome', () => {
    fakeLive([ada], { reactions: reactions(12) });
    const { container, rerender } = render(<ReactionsOverlay />);
    expect(container.querySelector('.still')).toBeNull();
    expect(container.querySelectorAll('li')).toHaveLength(12);
    setPreferences({ reduceMotion: true });
    rerender(<ReactionsOverlay />);
    expect(container.querySelector('.still')).not.toBeNull();
    expect(container.querySelectorAll('li')).toHaveLength(5);
    setPreferences({ reduceMotion: false });
  });
});
