import { expect, it } from 'vitest';
import { faultText } from './fault';

// Every code a server of this version sends to people (docs/protocol.md and the HTTP interface).
const codes = [
  'chat.empty',
  'chat.too_fast',
  'chat.too_long',
  'command.invalid',
  'command.unknown',
  'email.invalid',
  'email.taken',
  'invite.not_found',
  'meeting.ended',
  'meeting.full',
  'meeting.locked',
  'meeting.not_found',
  'message.too_large',
  'name.empty',
  'name.invalid',
  'name.too_long',
  'not_found',
  'password.too_short',
  'policy.invalid',
  'rate.limited',
  'resume.invalid',
  'right.missing',
  'seat.removed',
  'seat.unknown',
  'server.draining',
  'setup.done',
  'share.limit',
  'signin.required',
  'signin.wrong',
  'ticket.invalid',
  'version.old',
];

it.each(codes)('has words of its own for %s', (code) => {
  expect(faultText(code)).not.toBe(faultText('internal'));
});

it('says something sensible for a code it does not know', () => {
  expect(faultText('flux.capacitor')).toBe('Something went wrong on the server. Try again in a moment.');
});

it('names the reference of a mistake of the server', () => {
  expect(faultText('internal', { reference: 'k3v5q2' })).toContain('k3v5q2');
});
