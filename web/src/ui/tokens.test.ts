import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// From web/, where the tests run: imports of CSS are empty in them.
const css = readFileSync('src/ui/tokens.css', 'utf8');

/** The custom properties of the first block that follows a selector. */
function block(selector: string): Record<string, string> {
  const start = css.indexOf('{', css.indexOf(selector));
  const body = css.slice(start + 1, css.indexOf('}', start));
  const tokens: Record<string, string> = {};
  for (const [, name = '', value = ''] of body.matchAll(/--([\w-]+):\s*([^;]+);/g))
    tokens[name] = value.trim();
  return tokens;
}

const light = block('\n:root {');
const dark = block(":root[data-theme='dark'],");
const stage = { ...dark, ...block('/* The call is dark in both themes') };

/** Contrast of two opaque colours, WCAG 2.2, "contrast ratio". */
function contrast(one: string | undefined, other: string | undefined): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\da-f]{2}/gi) ?? []).map((pair) => {
      const value = parseInt(pair, 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  if (!/^#[\da-f]{6}$/.test(one ?? '') || !/^#[\da-f]{6}$/.test(other ?? '')) {
    throw new Error(`not opaque colours: ${one ?? '?'} ${other ?? '?'}`);
  }
  const [least = 0, most = 0] = [luminance(one ?? ''), luminance(other ?? '')].sort((a, b) => a - b);
  return (most + 0.05) / (least + 0.05);
}

const grounds = ['ground', 'surface', 'sunken'];
const text: [string, string[]][] = [
  ['text', grounds],
  ['text-soft', grounds],
  ['accent-text', ['ground', 'surface']],
  ['danger-text', ['ground', 'surface']],
  ['on-accent', ['accent', 'accent-hover']],
  ['on-danger', ['danger', 'danger-hover']],
  ['on-accent-soft', ['accent-soft']],
  ['on-danger-soft', ['danger-soft']],
  ['on-warning-soft', ['warning-soft']],
  ['on-live-soft', ['live-soft']],
];
const controls: [string, string[]][] = [
  ['control-line', ['ground', 'surface']],
  ['accent', ['ground', 'surface']],
  ['danger', ['ground', 'surface']],
  ['live', ['live-soft', 'surface']],
  ['warning-line', ['surface']],
  ['focus', grounds],
  ['focus', ['focus-gap']],
];

describe.each([
  ['light', light],
  ['dark', dark],
  ['stage', stage],
])('%s', (_, tokens) => {
  const pairs = (list: [string, string[]][]) =>
    list.flatMap(([on, under]) => under.map((one) => [on, one] as const));

  it.each(pairs(text))('%s can be read on %s', (on, under) => {
    expect(contrast(tokens[on], tokens[under])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(pairs(controls))('%s stands out from %s', (on, under) => {
    expect(contrast(tokens[on], tokens[under])).toBeGreaterThanOrEqual(3);
  });
});

it('is equally dark by choice and by the system', () => {
  expect(block(":root:not([data-theme='light'])")).toEqual(dark);
});

it('has every colour in both themes', () => {
  const colours = Object.keys(light).filter((name) => /^#/.test(light[name] ?? ''));
  expect(Object.keys(dark)).toEqual(expect.arrayContaining(colours));
});
