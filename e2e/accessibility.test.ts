import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passes } from './lib/axe.ts'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'

let server: Server
let links: Links
let ada: Person

beforeAll(async () => {
  server = await Server.start()
  links = server.createMeeting('Accessible sitting').links
  ada = await Person.open({ name: 'Ada' })
})

afterAll(async () => {
  await ada?.close()
  await server?.close()
})

async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.getByRole('heading').first().waitFor()
}

test('every page outside a call passes axe', async () => {
  const { page } = ada
  await page.goto(server.setupLink)
  await settled(page)
  await passes(page, 'set-up')
  await page.getByLabel(/organisation/i).fill('Town of Exampleton')
  await page.getByLabel(/your name/i).fill('Ada')
  await page.getByLabel(/e-mail/i).fill('ada@example.org')
  await page.getByLabel(/^password/i).fill('correct horse battery')
  await page.keyboard.press('Enter')
  await ada.button(/new meeting/i).waitFor()
  await passes(page, 'home, empty')
  await ada.button(/new meeting/i).first().click()
  await page.getByText(/\/m\/[a-z2-7]{26}/).first().waitFor()
  await passes(page, 'home, meeting made')
  for (const path of ['/signin', '/nothing-here', '/m/aaaaaaaaaaaaaaaaaaaaaaaaaa', '/m/short']) {
    await page.goto(server.url + path)
    await settled(page)
    await passes(page, path)
  }
})

test('the page before joining and the call pass axe', async () => {
  const { page } = ada
  await page.goto(links.moderator)
  await ada.button('Join').waitFor()
  await passes(page, 'before joining')
  await page.getByLabel('Your name').fill('Ada')
  await ada.button('Join').click()
  await ada.button('Leave').waitFor()
  await passes(page, 'call')
  for (const name of ['Chat', 'People']) {
    await ada.button(name).click()
    await passes(page, name)
  }
  await ada.button('Reactions').click()
  await passes(page, 'reactions', true)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await passes(page, 'shortcuts', true)
  await page.keyboard.press('Escape')
  await ada.button('Leave').click()
  await passes(page, 'leave or end', true)
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await settled(page)
  await passes(page, 'after leaving')
})

test('with the keyboard alone from the link to leaving', async () => {
  const { page } = ada
  await page.goto('about:blank')
  await page.goto(links.attendee)
  const name = page.getByLabel('Your name')
  await name.waitFor()
  await tabTo(page, 'Your name')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('Keyboard Ada')
  await page.keyboard.press('Enter')
  await ada.button('Leave').waitFor()
  const before = await ada.button('Microphone').getAttribute('aria-pressed')
  await page.keyboard.press('m')
  await until(async () => (await ada.button('Microphone').getAttribute('aria-pressed')) !== before, 5_000, () => 'M should toggle the microphone')
  await tabTo(page, 'Raise hand')
  await page.keyboard.press('Space')
  expect(await ada.button('Raise hand').getAttribute('aria-pressed')).toBe('true')
  await tabTo(page, 'Chat')
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: /message/i }).waitFor()
  await page.keyboard.type('typed without a mouse')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Messages' }).getByText('typed without a mouse').waitFor()
  await tabTo(page, 'Leave')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /left/i }).waitFor()
})

/** Presses Tab until the focus is on the control of this name; fails when a whole round did not meet it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    const here = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement)) return ''
      const labelled = element.getAttribute('aria-labelledby')?.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
      const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])].map((label) => label.textContent ?? '').join(' ') : ''
      return (element.getAttribute('aria-label') ?? labelled ?? (labels || (element.textContent ?? ''))).trim()
    })
    if (here === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the focus never reached "${name}"`)
}
