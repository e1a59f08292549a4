import axe from 'axe-core';
import { expect } from 'vitest';

/**
 * Fails with what axe finds wrong in the page or the element; ends every component test. React
 * Aria's announcements outlive what they speak of for a moment and are left out.
 */
export async function expectAccessible(element: Element = document.body): Promise<void> {
  const { violations } = await axe.run(
    { include: element, exclude: '[data-live-announcer]' },
    {
      // jsdom computes no layout and no colours; a fragment has no landmarks. The browser tests look at those.
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    },
  );
  expect(
    violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html) })),
  ).toEqual([]);
}
