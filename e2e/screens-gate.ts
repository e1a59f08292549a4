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
const parts = ['Name and welcome', 'Access', 'Personal links', 'Roles', 'What attendees may do', 'Recording', 'Host PIN', 'Banned'] as const

test('the gate at both sizes', async () => {
  mkdirSync(out, { recursive: true })
  const server = await Server.start()
  const { links } = server.createMeeting('Council sitting')
  const portraits = await portraitFiles(cast)
  const desk = await Person.open({ name: 'Anke', devices: false })
  await desk.setUp(server.setupLink)
  await desk.newMeeting()
  const state = await desk.context.storageState()
  const open = async (n: number, size: (typeof sizes)[number], scheme: 'light' | 'dark' = 'light') => {
    const { viewport, mobile } = size
    const person = await Person.open({ name: cast[n]?.name ?? 'Guest', video: portraits[n] ?? '', viewport, mobile, scheme })
    person.page.setDefaultTimeout(8000)
    return person
  }
  try {
    for (const size of sizes) {
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
      const guest = await open(1, size)
      const other = await open(2, sizes[0])
      const { page } = chief
      const panel = async (name: 'People' | 'Chat') => {
        await page.keyboard.press('Escape')
        if (size.mobile) {
          await page.getByRole('button', { name: 'Close' }).first().click({ timeout: 1000 }).catch(() => undefined)
          await chief.button('More').click()
          await page.getByRole('menuitem', { name }).click()
        } else await chief.panel(name)
      }

      await attempt('settings', page, async () => {
        await chief.context.addCookies(state.cookies)
        await page.goto(server.url)
        await chief.button(/^Settings of/).click()
        await shoot(page, '60-meeting-settings')
        for (const [n, part] of parts.entries()) {
          await chief.button(new RegExp(`^${part}`)).click()
          if (part === 'Access') {
            await page.getByText('Everybody but owners', { exact: true }).click()
            await chief.button(/Set a passcode|Change/).click()
            await page.getByLabel('New passcode').fill('halder-2026')
            await chief.button('Set passcode').click()
          }
          if (part === 'Personal links') {
            await chief.button('New link').click()
            await page.getByLabel(/^For whom/).fill('Rosa Delgado')
            await shoot(page, '62a-new-link')
            await chief.button('Make link').click()
            await page.getByText(/#i=/).waitFor()
          }
          if (part === 'Roles') {
            await page.getByRole('textbox', { name: 'E-mail address' }).fill(`press-${size.name}@example.org`)
            await chief.button('Add rule').click()
          }
          await shoot(page, `61-settings-${n}`)
          if (part === 'Access') {
            await page.getByText('Nobody', { exact: true }).click()
            await chief.button('Remove').click()
          }
          await chief.button('All settings').click()
        }
        await shoot(page, '63-meeting-settings-after')
      })
      await attempt('host tools', page, async () => {
        await chief.context.clearCookies()
        await page.goto('about:blank')
        await chief.join(links.moderator)
        await chief.button('More').click()
        await page.getByRole('menuitem', { name: 'Moderation' }).click()
        await shoot(page, '64-host-tools')
        await page.getByText('Guests', { exact: true }).click()
        await chief.button(/Set a passcode|Change/).click()
        await page.getByLabel('New passcode').fill('halder-2026')
        await chief.button('Set passcode').click()
        await shoot(page, '65-host-tools-set')
        await page.getByRole('tab', { name: 'Attendees may' }).click()
        await shoot(page, '66-host-tools-attendees')
        await page.keyboard.press('Escape')
      })
      await attempt('door', guest.page, async () => {
        await guest.page.goto(`${server.url}${new URL(links.attendee).pathname}`)
        await guest.page.getByLabel('Your name').fill(guest.persona.name)
        await shoot(guest.page, '67-before-joining')
        await guest.page.getByLabel('Passcode', { exact: true }).fill('guess')
        await guest.button('Join').click()
        await guest.page.getByText(/not the passcode/).waitFor()
        await shoot(guest.page, '68-wrong-passcode')
        await guest.page.getByLabel('Passcode', { exact: true }).fill('halder-2026')
        await guest.button('Join').click()
        await guest.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
        await shoot(guest.page, '69-waiting')
      })
      await attempt('lobby', page, async () => {
        await page.getByText(/waiting to be let in/).first().waitFor()
        await shoot(page, '70-knock')
        await other.page.goto(links.presenter)
        await other.page.getByLabel('Your name').fill('Jean-Baptiste van der Hoeven-Schimmelpenninck')
        await other.page.getByLabel('Passcode', { exact: true }).fill('halder-2026').catch(() => undefined)
        await other.button('Join').click()
        await other.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
        await panel('People')
        await shoot(page, '71-waiting-list')
        await chief.button(`More about ${guest.persona.name}`).click()
        await shoot(page, '72-waiting-menu')
        await page.getByRole('menuitem', { name: 'Write a message…' }).click()
        await page.getByRole('textbox', { name: 'Message' }).fill('We are finishing item 2. You come in at about ten past ten.')
        await shoot(page, '73-message')
        await chief.button('Send').click()
        await guest.page.getByText(/finishing item 2/).first().waitFor()
        await shoot(guest.page, '74-waiting-told')
        await chief.button(`More about Jean-Baptiste van der Hoeven-Schimmelpenninck`).click()
        await page.getByRole('menuitem', { name: 'Deny with a message…' }).click()
        await page.getByRole('textbox', { name: /Message/ }).fill('This part of the sitting is for members only.')
        await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).last().click()
        await other.page.getByRole('heading', { name: 'You were not let in' }).waitFor()
        if (!size.mobile) await shoot(other.page, '75-denied')
        await page.getByRole('button', { name: 'Admit', exact: true }).first().click()
        await guest.button('Leave').waitFor()
        await page.getByRole('figure', { name: guest.persona.name }).locator('video').first().waitFor()
        await shoot(page, '76-admitted')
      })
      await attempt('person', page, async () => {
        await panel('People')
        await chief.button(`Actions for ${guest.persona.name}`).click()
        await shoot(page, '77-person-menu')
        await page.getByRole('menuitem', { name: 'Permissions…' }).click()
        await shoot(page, '78-permissions')
        await page.keyboard.press('Escape')
        await chief.button(`Actions for ${guest.persona.name}`).click()
        await page.getByRole('menuitem', { name: 'Remove…' }).click()
        await shoot(page, '79-remove')
        await page.keyboard.press('Escape')
        await chief.button(`Actions for ${guest.persona.name}`).click()
        await page.getByRole('menuitem', { name: 'Write privately' }).click()
        await page.getByRole('textbox').fill('Can you take the minutes from item 4?')
        await shoot(page, '80-private-before')
        await chief.button(/^Send only/).click()
        await chief.button('Write to everyone again').click()
        await page.getByRole('textbox').fill('We go on with item 3.')
        await chief.button('Send').click()
        await shoot(page, '81-private-after')
        if (size.mobile) {
          await guest.button('More').click()
          await guest.page.getByRole('menuitem', { name: 'Chat' }).click()
        } else await guest.panel('Chat')
        await shoot(guest.page, '82-private-received')
      })
      await attempt('hidden', page, async () => {
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'Close' }).first().click({ timeout: 1000 }).catch(() => undefined)
        await chief.button('More').click()
        await page.getByRole('menuitem', { name: 'Moderation' }).click()
        await page.getByRole('tab', { name: 'Attendees may' }).click()
        await page.getByText('See who is here', { exact: true }).click()
        await page.keyboard.press('Escape')
        await guest.page.getByRole('button', { name: 'Close' }).first().click()
        if (size.mobile) {
          await guest.button('More').click()
          await guest.page.getByRole('menuitem', { name: 'People' }).click()
        } else await guest.panel('People')
        await shoot(guest.page, '83-hidden')
      })
      for (const person of [chief, guest, other]) await person.close()
    }
  } finally {
    await desk.close()
    await server.close()
  }
})
