import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { Person } from './lib/person.ts'
import { cast, portraitFiles } from './lib/portrait.ts'
import { passes } from './lib/recording.ts'
import { Server } from './lib/server.ts'
import { still } from './lib/still.ts'

const out = join(import.meta.dirname, 'out')
const sizes = [
  { name: 'desktop', viewport: { width: 1280, height: 800 }, mobile: false },
  { name: 'phone', viewport: { width: 390, height: 844 }, mobile: true },
] as const

/** Waits until the video of a page has come so far, in seconds. */
const plays = (page: Page, seconds: number) => page.waitForFunction((far) => (document.querySelector('video')?.currentTime ?? 0) > far, seconds)

test('recordings, from the button to the receipt, at both sizes', async () => {
  mkdirSync(out, { recursive: true })
  const server = await Server.start()
  const portraits = await portraitFiles(cast)
  const owner = await Person.open({ name: 'Anke', video: portraits[0] ?? '', tone: 400 })
  const guest = await Person.open({ name: cast[1]?.name ?? 'Bram', video: portraits[1] ?? '', tone: 700 })
  owner.page.setDefaultTimeout(10_000)
  guest.page.setDefaultTimeout(10_000)
  try {
    await owner.setUp(server.setupLink)
    await owner.page.goto(`${server.url}/recordings`)
    await owner.page.getByRole('heading', { name: 'No recordings yet' }).waitFor()
    await owner.page.screenshot({ path: join(out, '110-library-empty-desktop.png') })
    await owner.page.goto(server.url)
    const link = await owner.newMeeting()

    await owner.page.goto(link)
    await owner.button('Join').click()
    await owner.button('Leave').waitFor()
    await guest.join(link)
    await owner.button('Record').click()
    await owner.button('Start recording').click()
    for (const person of [owner, guest]) await person.button('Agree').click()
    await passes(owner, 20)
    await owner.button('Record').click()
    await owner.page.getByRole('menuitem', { name: 'Stop recording…' }).click()
    await owner.button('Stop recording').click()
    await owner.page.getByText(/The recording has ended/).first().waitFor()

    await owner.page.goto(`${server.url}/recordings`)
    await owner.page.getByRole('list', { name: 'Recordings' }).waitFor()
    await owner.page.screenshot({ path: join(out, '111-library-making-desktop.png') })
    await owner.page.getByRole('link', { name: /^Watch/ }).first().waitFor({ timeout: 120_000 })
    const watch = (await owner.page.getByRole('link', { name: /^Watch/ }).first().getAttribute('href')) ?? ''
    const state = await owner.context.storageState()
    let shared = ''

    for (const size of sizes) {
      const me = await Person.open({ name: 'Anke', devices: false, viewport: size.viewport, mobile: size.mobile, scheme: size.mobile ? 'dark' : 'light' })
      const { page } = me
      page.setDefaultTimeout(10_000)
      await me.context.addCookies(state.cookies)
      const shoot = async (name: string, on: Page = page, fullPage = false) => {
        await still(on)
        await on.screenshot({ path: join(out, `${name}-${size.name}.png`), fullPage })
      }
      const attempt = async (what: string, steps: () => Promise<void>) => {
        try {
          await steps()
        } catch (error) {
          console.error(`${size.name}: ${what}: ${String(error).split('\n').slice(0, 3).join(' ')}`)
          await shoot(`FAILED-${what}`)
        }
      }
      const menu = async (item: string) => {
        await page.goto(`${server.url}/recordings`)
        await me.button(/^More for/).first().click()
        await page.getByRole('menuitem', { name: item }).click()
      }
      await attempt('library', async () => {
        await page.goto(`${server.url}/recordings`)
        await page.getByRole('link', { name: /^Watch/ }).first().waitFor()
        await shoot('112-library')
        await me.button(/^More for/).first().click()
        await shoot('113-library-menu')
      })
      await attempt('player', async () => {
        await page.goto(`${server.url}${watch}`)
        await page.getByRole('region', { name: 'Video' }).waitFor()
        await shoot('113-player-poster', page, true)
        await me.button('Play').click()
        await plays(page, 2)
        await shoot('114-player', page, true)
        await page.keyboard.press('f')
        await shoot('115-player-full')
        await page.keyboard.press('f')
        await page.keyboard.press('?')
        await shoot('116-player-keys')
      })
      await attempt('trim', async () => {
        await page.goto(`${server.url}${watch}?trim`)
        await page.getByRole('textbox', { name: 'Start' }).fill('0:03')
        await page.keyboard.press('Enter')
        await shoot('117-trim', page, true)
      })
      await attempt('details', async () => {
        await menu('Details')
        await page.getByRole('dialog').waitFor()
        await shoot('118-details')
        await page.getByRole('tab', { name: 'Consents' }).click()
        await page.getByRole('link', { name: 'Export as a table' }).waitFor()
        await page.getByRole('tabpanel').locator('summary').first().click()
        await shoot('119-consents')
        await page.getByRole('tab', { name: 'Who watched' }).click()
        await page.getByRole('tabpanel').getByText('Anke').first().click()
        await shoot('120-views')
      })
      await attempt('make again', async () => {
        await menu('Make the video again…')
        await shoot('121-make-again')
      })
      await attempt('share', async () => {
        await menu('Share')
        await shoot('122-share')
        if (shared !== '') return
        await page.getByText('Anyone with a link', { exact: true }).click()
        await page.getByText('Ask for a passcode').click()
        await page.getByRole('textbox', { name: 'Passcode' }).fill('halder-2026')
        await page.getByText('With the viewer’s name over the picture').click()
        await shoot('123-share-link')
        await me.button('Save and make the link').click()
        shared = (await page.locator('code').first().textContent()) ?? ''
        await shoot('124-share-made')
      })
      await attempt('by link', async () => {
        const stranger = await Person.open({ name: 'Nobody', devices: false, viewport: size.viewport, mobile: size.mobile })
        stranger.page.setDefaultTimeout(10_000)
        await stranger.page.goto(shared)
        await stranger.page.getByLabel('Passcode', { exact: true }).fill('halder-2026')
        await shoot('125-door', stranger.page)
        await stranger.button('Watch').click()
        await stranger.page.getByRole('region', { name: 'Video' }).waitFor()
        await stranger.page.keyboard.press('k')
        await plays(stranger.page, 2)
        await shoot('126-by-link', stranger.page)
        await stranger.page.goto(`${server.url}/r/aaaaaaaaaaaaaaaaaaaaaaaaaa`)
        await stranger.page.getByRole('heading', { level: 1 }).waitFor()
        await shoot('127-nothing', stranger.page)
        await stranger.close()
      })
      await attempt('hold', async () => {
        await menu('Put under legal hold')
        await shoot('128-hold')
      })
      await attempt('delete', async () => {
        await menu('Delete')
        await shoot('130-delete')
        if (!size.mobile) return
        await me.button('Delete for good').click()
        await page.getByRole('dialog', { name: 'Deleted' }).waitFor()
        await shoot('131-receipt')
      })
      await me.close()
    }
  } finally {
    await owner.page.screenshot({ path: join(out, 'LAST-library.png') })
    await owner.close()
    await guest.close()
    await server.close()
  }
})
