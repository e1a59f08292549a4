import { expect, it } from 'vitest';
import { accentTokens, contrastOf, parseColour } from './accent';

it.each(['#ffff00', '#000000', '#ffffff', '#12606f', '#ff0000', '#7f7f7f', '#00ff88', '#1a1a80'])(
  'makes %s fit to read in both themes',
  (chosen) => {
    const tokens = accentTokens(chosen);
    for (const [theme, grounds] of [
      ['light', ['#ffffff', '#f5f4f1', '#eceae6']],
      ['dark', ['#15171a', '#1e2124', '#2a2e32']],
    ] as const) {
      const of = (name: string) => tokens?.[theme][name] ?? '';
      for (const ground of grounds) {
        expect(contrastOf(of('accent-text'), ground), `${theme}: text on ${ground}`).toBeGreaterThanOrEqual(
          4.5,
        );
        expect(contrastOf(of('focus'), ground), `${theme}: focus on ${ground}`).toBeGreaterThanOrEqual(3);
      }
      for (const under of ['accent', 'accent-hover'])
        expect(contrastOf(of('on-accent'), of(under)), `${theme}: on ${under}`).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(of('on-accent-soft'), of('accent-soft')), theme).toBeGreaterThanOrEqual(4.5);
    }
  },
);

it('leaves a colour that is fit to read as it is', () => {
  expect(accentTokens('#12606f')?.light['accent']).toBe('#12606f');
});

it('takes no words for colours', () => {
  expect(accentTokens('red; } body { display: none')).toBeUndefined();
  expect(parseColour('#12f')).toBeUndefined();
});
