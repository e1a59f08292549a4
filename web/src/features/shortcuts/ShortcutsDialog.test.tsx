import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Action } from '@/features/call/action';
import { openDialog } from '@/features/call/store';
import { expectAccessible } from '@/test/axe';
import { aSeat, fakeLive } from '@/test/live';
import { MicOff } from '@/ui';
import { ShortcutsDialog } from './ShortcutsDialog';

const action = (id: string, rest: Partial<Action>): Action => ({
  id,
  label: 'moderation:muteAll',
  icon: () => MicOff,
  state: () => ({}),
  run: () => undefined,
  ...rest,
});

it('lists the keys of what I may do, and push-to-talk', async () => {
  fakeLive([aSeat('me')]);
  openDialog('shortcuts');
  render(
    <ShortcutsDialog
      actions={[
        action('m', { shortcut: 'm' }),
        action('none', { label: 'moderation:end' }),
        action('hidden', { label: 'moderation:lock', shortcut: 'l', state: () => ({ hidden: true }) }),
      ]}
    />,
  );
  expect(screen.getAllByRole('row').map((row) => row.textContent)).toEqual([
    'What it doesKey',
    'Mute everyoneM',
    expect.stringMatching(/^Speak while held.*Space$/),
  ]);
  await expectAccessible();
});
