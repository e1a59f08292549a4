import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { Person, type Persona } from './lib/person.ts'
import { cast, portraitFiles } from './lib/portrait.ts'
import { Server } from './lib/server.ts'
import { still } from './lib/still.ts'

const out = join(import.meta.dirname, 'out')

const sizes = [
  { name: 'desktop', viewport: { width: 1280, height: 800 }, mobile: false },
  { name: 'phone', viewport: { width: 390, height: 844 }, mobile: true },
] as const

test('every screen at both sizes', async () => {
  mkdirSync(out, { recursive: true })
  const server = await Server.start()
  const { links } = server.createMeeting('Council sitting')
  const portraits = await portraitFiles(cast)
  const persona = (n: number): Persona => ({ name: cast[n]?.name ?? 'Guest', video: portraits[n] ?? '', tone: 400 + 200 * n })
  const others: Person[] = []

  const shoot = async (page: Page, size: string, name: string) => {
    await still(page)
    await page.screenshot({ path: join(out, `${name}-${size}.png`) })
  }
  try {
    let first = true
    for (const size of sizes) {
      const me = await Person.open({ ...persona(0), ...size, scheme: size.mobile ? 'dark' : 'light' })
      const { page } = me
      page.setDefaultTimeout(8000)
      const attempt = async (what: string, steps: () => Promise<void>) => {
        try {
          await steps()
        } catch (error) {
          console.error(`${size.name}: ${what}: ${String(error).split('\n')[0]}`)
          await shoot(page, size.name, `FAILED-${what}`)
        }
      }
      if (first) {
        await attempt('setup', async () => {
          await page.goto(server.setupLink)
          await page.getByLabel(/organisation/i).waitFor()
          await shoot(page, size.name, '01-setup')
          await page.getByLabel(/organisation/i).fill('Town of Exampleton')
          await page.getByLabel(/your name/i).fill('Anke de Vries')
          await page.getByLabel(/e-mail/i).fill('anke@example.org')
          await page.getByLabel(/^password/i).fill('correct horse battery')
          await page.keyboard.press('Enter')
          await me.button(/new meeting/i).first().waitFor()
          await shoot(page, size.name, '03-home-empty')
          await me.button(/new meeting/i).first().click()
          await page.getByText(/\/m\/[a-z2-7]{26}/).first().waitFor()
          await shoot(page, size.name, '04-home-new')
        })
        first = false
      } else {
        await attempt('signin', async () => {
          await page.goto(`${server.url}/signin`)
          await page.getByLabel(/e-mail/i).waitFor()
          await shoot(page, size.name, '02-signin')
          await page.getByLabel(/e-mail/i).fill('anke@example.org')
          await page.getByLabel(/^password/i).fill('correct horse battery')
          await page.keyboard.press('Enter')
          await me.button(/new meeting/i).first().waitFor()
        })
      }
      await attempt('home', async () => {
        await page.goto(server.url)
        await me.button(/new meeting/i).first().waitFor()
        await shoot(page, size.name, '05-home')
      })
      await attempt('wrong link', async () => {
        await page.goto(`${server.url}/m/aaaaaaaaaaaaaaaaaaaaaaaaaa`)
        await page.getByRole('heading').first().waitFor()
        await shoot(page, size.name, '06-wrong-link')
      })
      await attempt('before joining', async () => {
        await page.goto(links.moderator)
        await me.button('Join').waitFor()
        await page.getByLabel('Your name').fill(cast[0]?.name ?? '')
        await shoot(page, size.name, '07-before-joining')
        await me.button('Settings').first().click()
        await shoot(page, size.name, '08-before-joining-settings')
        await page.keyboard.press('Escape')
      })
      await attempt('join', async () => {
        await me.button('Join').click()
        await me.button('Leave').waitFor()
        await page.locator('figure video').first().waitFor()
        await shoot(page, size.name, '09-call-1')
      })
      for (const n of [1, 2, 3]) {
        if (!others[n]) others[n] = await Person.open({ ...persona(n), viewport: { width: 1280, height: 800 } })
        others[n].page.setDefaultTimeout(8000)
        const other = others[n]
        await attempt(`call ${n + 1}`, async () => {
          if (!(await other.button('Leave').count())) await other.join(links.attendee)
          await me.tile(other.persona.name).locator('video').first().waitFor()
          await shoot(page, size.name, `1${n - 1}-call-${n + 1}`)
        })
      }
      await attempt('chat', async () => {
        await others[1]?.button('Chat').click()
        const field = others[1]?.page.getByRole('textbox', { name: /message/i })
        await field?.fill('Good morning. The minutes of last week are on the town’s page.')
        await field?.press('Enter')
        await me.button('Chat').click({ timeout: 5000 }).catch(() => me.button(/more/i).first().click().then(() => page.getByRole('menuitem', { name: /chat/i }).click()))
        const mine = page.getByRole('textbox', { name: /message/i })
        await mine.fill('Thank you. We begin with item 3.')
        await mine.press('Enter')
        await shoot(page, size.name, '20-chat')
        await page.keyboard.press('Escape')
      })
      await attempt('people', async () => {
        await others[2]?.button('Raise hand').click()
        if (size.mobile) {
          await page.getByRole('button', { name: /close/i }).first().click().catch(() => undefined)
          await me.button(/more/i).first().click()
          await page.getByRole('menuitem', { name: /people/i }).click()
        } else await me.button('People').click()
        await shoot(page, size.name, '21-people')
        await others[2]?.button('Raise hand').click()
        await page.getByRole('button', { name: /close/i }).first().click().catch(() => undefined)
      })
      await attempt('share', async () => {
        await others[1]?.button('Share screen').click()
        await page.getByRole('figure', { name: /^Screen of/ }).locator('video').first().waitFor()
        await shoot(page, size.name, '22-share')
        await others[1]?.button('Share screen').click()
      })
      await attempt('settings', async () => {
        await page.keyboard.press('Escape')
        await me.button(/more/i).first().click()
        await shoot(page, size.name, '23-more')
        await page.getByRole('menuitem', { name: /settings/i }).first().click()
        await shoot(page, size.name, '24-settings')
        await page.keyboard.press('Escape')
      })
      await attempt('shortcuts', async () => {
        await page.keyboard.press('?')
        await shoot(page, size.name, '25-shortcuts')
        await page.keyboard.press('Escape')
      })
      await attempt('leave', async () => {
        await me.button('Leave').click()
        await shoot(page, size.name, '26-leave')
        await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
        await page.getByRole('heading').first().waitFor()
        await shoot(page, size.name, '27-left')
      })
      await me.close()
    }
  } finally {
    for (const other of others) await other?.close()
    await server.close()
  }
})
