import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { Person } from './lib/person.ts'
import { cast, portraitFiles } from './lib/portrait.ts'
import { Server } from './lib/server.ts'
import { still } from './lib/still.ts'

const out = join(import.meta.dirname, 'out')
const sizes = [
  { name: 'desktop', viewport: { width: 1280, height: 800 }, mobile: false },
  { name: 'phone', viewport: { width: 390, height: 844 }, mobile: true },
] as const

test('recording at both sizes', async () => {
  mkdirSync(out, { recursive: true })
  const server = await Server.start()
  const portraits = await portraitFiles(cast)
  const open = async (n: number, size: (typeof sizes)[number], locale = 'en-GB') => {
    const { viewport, mobile } = size
    const person = await Person.open({ name: cast[n]?.name ?? 'Guest', video: portraits[n] ?? '', viewport, mobile, locale })
    person.page.setDefaultTimeout(20_000)
    return person
  }
  try {
    for (const size of sizes) {
      const { links } = server.createMeeting(`Council sitting, ${size.name}`)
      const shoot = async (page: Page, name: string) => {
        await still(page)
        await page.screenshot({ path: join(out, `${name}-${size.name}.png`) })
      }
      const attempt = async (what: string, page: Page, steps: () => Promise<void>) => {
        try {
          await steps()
        } catch (error) {
          console.error(`${size.name}: ${what}: ${String(error).split('\n').slice(0, 3).join(' ')}`)
          await shoot(page, `FAILED-${what}`)
        }
      }
      const chief = await open(0, size)
      const guest = await open(1, size, 'de-DE')
      const others = [await open(2, sizes[0]), await open(3, sizes[0])]
      const { page } = chief
      /** What the bar's menu offers, on a phone by way of "More". */
      const step = async (name: string) => {
        await chief.button(size.mobile ? 'More' : 'Record').click()
        await page.getByRole('menuitem', { name }).click()
      }
      await attempt('join', page, async () => {
        await chief.join(links.moderator)
        for (const other of others) await other.join(links.attendee)
        await chief.tile(others[1]?.persona.name ?? '').locator('video').first().waitFor()
        await guest.page.goto(links.attendee)
        await guest.page.getByLabel('Ihr Name').fill(guest.persona.name)
        await guest.button('Teilnehmen').click()
        await guest.button('Verlassen').waitFor()
        await chief.tile(guest.persona.name).locator('video').first().waitFor()
      })
      await attempt('start', page, async () => {
        if (size.mobile) {
          await chief.button('More').click()
          await shoot(page, '100-record-more')
          await page.getByRole('menuitem', { name: 'Record', exact: true }).click()
        } else await chief.button('Record').click()
        await chief.button('Start recording').waitFor()
        await shoot(page, '101-record-start')
        await chief.button('Start recording').click()
        await page.getByRole('dialog', { name: 'This meeting is being recorded' }).waitFor()
        await shoot(page, '102-record-asked')
        await shoot(guest.page, '103-record-asked-german')
      })
      await attempt('answers', page, async () => {
        await chief.button('Agree').click()
        await others[0]?.button('Don’t record me').click()
        await guest.button('Später entscheiden').click()
        await shoot(guest.page, '104-record-folded')
        await chief.button('You are recorded').waitFor()
        await shoot(page, '105-record-running')
      })
      await attempt('people', page, async () => {
        if (size.mobile) {
          await chief.button('More').click()
          await page.getByRole('menuitem', { name: 'People' }).click()
        } else await chief.panel('People')
        await page.getByText('Machine', { exact: true }).waitFor()
        await shoot(page, '106-record-people')
        await page.keyboard.press('Escape')
      })
      await attempt('menu', page, async () => {
        await chief.button(size.mobile ? 'More' : 'Record').click()
        await shoot(page, '107-record-menu')
        await page.keyboard.press('Escape')
        await step('Change the layout…')
        await shoot(page, '108-record-layout')
        await chief.button('Cancel').click()
        await step('Add chapter…')
        await shoot(page, '109-record-chapter')
        await page.getByLabel('Title').fill('Item 3: the new bridge')
        await chief.button('Add chapter').click()
        await step('Pause recording')
        await page.getByRole('img', { name: 'Recording paused' }).waitFor()
        await shoot(page, '110-record-paused')
        await shoot(guest.page, '111-record-paused-german')
        await step('Resume recording')
      })
      await attempt('consent', page, async () => {
        await chief.button('You are recorded').click()
        await page.getByRole('dialog', { name: 'Recording consent' }).waitFor()
        await shoot(page, '112-record-consent')
        await page.keyboard.press('Escape')
      })
      await attempt('stop', page, async () => {
        await step('Stop recording…')
        await shoot(page, '113-record-stop')
        await chief.button('Stop recording').click()
        await page.getByRole('complementary', { name: 'Recording' }).waitFor({ state: 'detached' })
        await shoot(page, '114-record-ended')
      })
      for (const person of [chief, guest, ...others]) await person.close()
    }
  } finally {
    await server.close()
  }
})
