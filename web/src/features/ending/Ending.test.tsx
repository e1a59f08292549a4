import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { expectAccessible } from '@/test/axe';
import { renderPage } from '@/test/page';
import { Ending } from '.';
import { endings, mayComeBack } from './reason';

describe.each(endings)('the ending "%s"', (kind) => {
  it('says what happened, and offers to come back only where that can work', async () => {
    const onRejoin = vi.fn();
    renderPage(<Ending reason={kind} meetingName="Town council" onRejoin={onRejoin} />);
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(/\w/);
    expect(screen.getByText('Town council')).toBeInTheDocument();
    const again = screen.queryByRole('button', { name: /Rejoin|Try again/ });
    expect(again !== null).toBe(mayComeBack(kind));
    if (again) await userEvent.click(again);
    expect(onRejoin).toHaveBeenCalledTimes(again ? 1 : 0);
    await expectAccessible();
  });
});

it.each([
  ['seat.removed', 'You were removed from the meeting'],
  ['meeting.not_found', 'There is no meeting behind this link'],
  ['invite.unknown', 'This link does not work'],
  ['slow', 'The connection was lost'],
  ['version.old', 'There is a new version'],
])('reads %s as "%s"', (reason, title) => {
  renderPage(<Ending reason={reason} />);
  expect(screen.getByRole('heading', { level: 1, name: title })).toBeInTheDocument();
});

it('puts any other fault into its own words', () => {
  renderPage(<Ending reason="rate.limited" onRejoin={vi.fn()} />);
  expect(screen.getByRole('heading', { name: 'You cannot join just now' })).toBeInTheDocument();
  expect(screen.getByText(/Wait a minute and try again/)).toBeInTheDocument();
});

it('thanks nobody who comes after the end, and lets them try again', () => {
  renderPage(<Ending reason="meeting.ended" onRejoin={vi.fn()} />);
  expect(screen.queryByText(/Thank you/)).not.toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeInTheDocument();
});
