import { describe, expect, it } from 'vitest';
import { pieces } from './links';

const links = (text: string) => pieces(text).flatMap((p) => (p.href === undefined ? [] : [[p.text, p.href]]));

describe('pieces', () => {
  it.each<[string, string[][]]>([
    ['no address here', []],
    ['see https://a.example/x', [['https://a.example/x', 'https://a.example/x']]],
    ['https://a.example.', [['https://a.example', 'https://a.example/']]],
    ['(https://a.example/b)', [['https://a.example/b', 'https://a.example/b']]],
    ['https://a.example/b_(c)', [['https://a.example/b_(c)', 'https://a.example/b_(c)']]],
    ['“https://a.example/b”', [['https://a.example/b', 'https://a.example/b']]],
    ['www.council.example!', [['www.council.example', 'https://www.council.example/']]],
    ['www.nothing', []],
    ['HTTP://A.example', [['HTTP://A.example', 'http://a.example/']]],
    [
      'https://a.example, https://b.example',
      [
        ['https://a.example', 'https://a.example/'],
        ['https://b.example', 'https://b.example/'],
      ],
    ],
    ['https://bank.example@elsewhere.example/', []],
    ['https://', []],
    ['javascript:alert(1)', []],
    ['data:text/html,<script>alert(1)</script>', []],
    ['vbscript:x file:///etc/passwd ftp://a.example', []],
    ['xhttps://a.example', []],
  ])('%s', (text, want) => {
    expect(links(text)).toEqual(want);
  });

  it('does not let a direction mark into an address', () => {
    expect(links('https://a.example/\u202Egnp.exe')).toEqual([['https://a.example/', 'https://a.example/']]);
  });

  it('loses no character', () => {
    const texts = [
      '',
      'a',
      '\n https://a.example…  b\n',
      '((https://a.example))',
      'www.',
      'https://[',
      '🙂https://a.example🙂',
    ];
    for (const text of texts)
      expect(
        pieces(text)
          .map((p) => p.text)
          .join(''),
      ).toBe(text);
  });

  it('stays quick on long hostile text', () => {
    const text = `https://a.example/${')'.repeat(4000)}`;
    expect(
      pieces(text)
        .map((p) => p.text)
        .join(''),
    ).toBe(text);
  });
});
