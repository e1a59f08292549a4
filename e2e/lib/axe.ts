import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { atRest } from './still.ts'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  id: string
  nodes: { html: string; failureSummary: string }[]
}

/**
 * WCAG 2.2 A and AA and axe's best practices on what is on the screen now. What
 * stands in front of a page stands outside its landmarks, as it should.
 */
export async function passes(page: Page, what: string, inFront = false): Promise<void> {
  await page.evaluate(source)
  // Half faded in, everything lacks contrast.
  await atRest(page)
  const violations = await page.evaluate(async (regions) => {
    const axe = (window as unknown as { axe: { run: (context: object, options: object) => Promise<{ violations: Violation[] }> } }).axe
    // The component kit's own announcer holds empty elements that name what they announce.
    const result = await axe.run({ exclude: ['[data-live-announcer]'] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: regions } } })
    return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 200)} ${n.failureSummary}`).join(' | ')}`)
  }, !inFront)
  expect(violations, what).toEqual([])
}
