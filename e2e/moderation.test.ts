import { afterAll, beforeAll, expect, test } from 'vitest'
import { colours } from './lib/fakemedia.ts'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'

let server: Server
let links: Links
let ada: Person // moderates
let ben: Person
let late: Person

beforeAll(async () => {
  server = await Server.start()
  links = server.createMeeting('Council sitting').links
  ada = await Person.open({ name: 'Ada', colour: colours.red, tone: 500 })
  ben = await Person.open({ name: 'Ben', colour: colours.green, tone: 900 })
  late = await Person.open({ name: 'Late', devices: false })
  // The first to arrive is an attendee and stays one.
  await ben.join(links.attendee)
  await ada.join(links.moderator)
  await ada.sees('Ben', colours.green)
})

afterAll(async () => {
  await Promise.all([ada, ben, late].map((person) => person?.close()))
  await server?.close()
})

/** Opens what can be done about a person in the list of people. */
async function about(name: string) {
  if ((await ada.button('People').getAttribute('aria-pressed')) !== 'true') await ada.button('People').click()
  await ada.page.getByRole('button', { name: new RegExp(`(more|actions|options).*${name}`, 'i') }).click()
}

test('the first to arrive does not moderate', async () => {
  await ben.button('People').click()
  expect(await ben.page.getByRole('button', { name: /mute all/i }).count()).toBe(0)
  await ben.button('People').click()
})

test('a muted person is silent, is told so, and can only unmute themselves', async () => {
  await about('Ben')
  await ada.page.getByRole('menuitem', { name: /^mute/i }).click()
  await until(async () => (await ben.button('Microphone').getAttribute('aria-pressed')) === 'false', 10_000, () => 'Ben’s microphone should be off')
  await ben.page.getByText(/Ada.*muted you|muted by Ada/i).first().waitFor()
  await ada.hears([], [900])

  await about('Ben')
  await ada.page.getByRole('menuitem', { name: /ask.*unmute/i }).click()
  await ben.page.getByText(/Ada asks you/i).first().waitFor()
  expect(await ben.button('Microphone').getAttribute('aria-pressed')).toBe('false')
  await ben.page.getByRole('button', { name: /^unmute/i }).click()
  await ada.hears([900])
})

test('a stopped camera is gone for everyone', async () => {
  await about('Ben')
  await ada.page.getByRole('menuitem', { name: /stop.*camera/i }).click()
  await until(async () => (await ada.tile('Ben').locator('video:visible').count()) === 0, 10_000, () => 'Ben’s picture should be gone')
  await until(async () => (await ben.button('Camera').getAttribute('aria-pressed')) === 'false', 10_000, () => 'Ben’s camera button should be off')
  await ben.button('Camera').click()
  await ada.sees('Ben', colours.green)
})

test('a locked door keeps newcomers out until it is opened', async () => {
  await about('Ben')
  await ada.page.keyboard.press('Escape')
  await ada.page.getByRole('button', { name: /lock|moderat/i }).first().click()
  const lock = ada.page.getByRole('switch', { name: /lock/i })
  await lock.click()
  await ada.page.keyboard.press('Escape')
  await late.page.goto(links.attendee)
  await until(async () => (await late.page.getByText(/locked/i).count()) > 0, 20_000, () => 'Late should read that the door is locked')
})

test('a removed person is out and stays out', async () => {
  await about('Ben')
  await ada.page.getByRole('menuitem', { name: /remove/i }).click()
  await ada.page.getByRole('alertdialog').getByRole('button', { name: /remove/i }).click()
  await ben.page.getByRole('heading', { name: /removed/i }).waitFor()
  await until(async () => (await ada.tile('Ben').count()) === 0, 10_000, () => 'Ben’s tile should be gone')
  await ben.page.reload()
  await until(async () => (await ben.button('Leave').count()) === 0, 5_000, () => 'Ben should not be back')
})

test('ending for all asks once and then ends for all', async () => {
  await ada.button('Leave').click()
  await ada.page.getByRole('menuitem', { name: 'End meeting for all' }).click()
  await ada.page.getByRole('alertdialog').getByRole('button', { name: /end/i }).click()
  await ada.page.getByRole('heading', { name: /ended/i }).waitFor()
  await late.page.goto('about:blank')
  await late.page.goto(links.attendee)
  await late.page.getByText(/ended/i).first().waitFor()
})
