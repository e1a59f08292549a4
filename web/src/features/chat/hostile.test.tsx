import { render } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { HandQueue } from '@/features/hands';
import { PeoplePanel } from '@/features/people';
import { ReactionsOverlay } from '@/features/reactions';
import { aSeat, fakeLive } from '@/test/live';
import { ChatPanel } from './ChatPanel';

// From the OWASP filter evasion list and what chat programs fell for: markup,
// attributes, addresses that run, templates, encodings, direction marks.
const payloads = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<body onload=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<video><source onerror="alert(1)"></video>',
  '<input autofocus onfocus=alert(1)>',
  '<marquee onstart=alert(1)>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<style>@import "//evil.example/x.css";</style>',
  '"><script>alert(1)</script>',
  "'onmouseover='alert(1)",
  '</textarea><script>alert(1)</script>',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//https://a.example',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'https://a.example/"onmouseover="alert(1)',
  'https://user:secret@evil.example/',
  '[link](javascript:alert(1))',
  '![image](https://evil.example/track.png)',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '{{constructor.constructor("alert(1)")()}}$t(common:close)',
  '\u202Etxt.exe \u0000\u200B<b>\uFEFF',
];

const allowed = new Set(['http:', 'https:']);

/** What must never come out of a name or a message, wherever it is shown. */
function expectInert(root: HTMLElement): void {
  expect(
    root.querySelectorAll(
      'script, img, iframe, object, embed, style, link, meta, video, form form, math, marquee, details',
    ),
  ).toHaveLength(0);
  for (const element of root.querySelectorAll('*')) {
    for (const { name } of element.attributes) expect(name.startsWith('on')).toBe(false);
  }
  for (const link of root.querySelectorAll('a')) {
    expect(allowed.has(link.protocol)).toBe(true);
    expect(link.username).toBe('');
    expect(link.rel).toContain('noopener');
    expect(link.rel).toContain('noreferrer');
  }
}

describe.each(payloads)('%j', (payload) => {
  beforeEach(() => {
    fakeLive([aSeat('me', { role: 'owner' }), aSeat('other', { name: payload, hand: 5 })], {
      rights: ['chat', 'moderateChat', 'lowerHands', 'mute', 'remove'],
      chat: [{ id: '1', seat: 'other', name: payload, at: 0, text: payload }],
      reactions: [{ id: 1, seat: 'other', kind: 'heart', at: 0 }],
    });
  });

  it('is text as a message and as a name', () => {
    const { container } = render(<ChatPanel />);
    expect(container.querySelector('.text')?.textContent).toBe(payload);
    expect(container.querySelector('.name')?.textContent).toBe(payload);
    expectInert(container);
  });

  it('stays what it is inside a sentence of the message files', () => {
    const { container } = render(<PeoplePanel />);
    const labels = [...container.querySelectorAll('button')].map((button) =>
      button.getAttribute('aria-label'),
    );
    expect(labels).toContain(`Actions for ${payload}`);
    expect(labels).toContain(`Lower the hand of ${payload}`);
  });

  it('is text in the lists of people and hands, and over the stage', () => {
    for (const part of [
      <PeoplePanel key="people" />,
      <HandQueue key="hands" />,
      <ReactionsOverlay key="reactions" />,
    ]) {
      const { container, unmount } = render(part);
      expect([...container.querySelectorAll('bdi')].map((name) => name.textContent)).toContain(payload);
      expectInert(container);
      unmount();
    }
  });
});
