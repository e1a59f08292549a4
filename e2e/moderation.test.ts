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
  await ada.button(`Actions for ${name}`).click()
}

test('the first to arrive does not moderate', async () => {
  await ben.button('People').click()
  expect(await ben.page.getByRole('button', { name: 'Mute everyone' }).count()).toBe(0)
  await ben.button('People').click()
})

test('a muted person is silent, is told so, and can only unmute themselves', async () => {
  await about('Ben')
  await ada.page.getByRole('menuitem', { name: 'Mute' }).click()
  await until(async () => (await ben.button('Microphone').getAttribute('aria-pressed')) === 'false', 10_000, () => 'Ben’s microphone should be off')
  await ben.page.getByText('You were muted by Ada').first().waitFor()
  await ada.hears([], [900])

  await about('Ben')
  await ada.page.getByRole('menuitem', { name: 'Ask to unmute' }).click()
  await ben.page.getByText('Ada asks you to unmute').first().waitFor()
  expect(await ben.button('Microphone').getAttribute('aria-pressed')).toBe('false')
  await ben.button('Unmute').click()
  await ada.hears([900])
})

test('a stopped camera is gone for everyone', async () => {
  await about('Ben')
  await ada.page.getByRole('menuitem', { name: 'Stop camera' }).click()
  await until(async () => (await ada.tile('Ben').locator('video:visible').count()) === 0, 10_000, () => 'Ben’s picture should be gone')
  await until(async () => (await ben.button('Camera').getAttribute('aria-pressed')) === 'false', 10_000, () => 'Ben’s camera button should be off')
  await ben.button('Camera').click()
  await ada.sees('Ben', colours.green)
})

test('a locked door keeps newcomers out until it is opened', async () => {
  await ada.button('Moderation').click()
  const lock = ada.page.getByRole('switch', { name: 'Lock the meeting' })
  await ada.page.getByText('Lock the meeting', { exact: true }).click()
  await until(async () => lock.isChecked(), 5_000, () => 'the switch should be on')
  await late.page.goto(links.attendee)
  await late.page.getByText(/closed to newcomers|locked/i).first().waitFor()
  expect(await late.button('Leave').count()).toBe(0)
  await ada.page.getByText('Lock the meeting', { exact: true }).click()
  await until(async () => !(await lock.isChecked()), 5_000, () => 'the switch should be off')
  await ada.page.keyboard.press('Escape')
  await late.page.goto('about:blank')
  await late.join(links.attendee)
})

test('a removed person is out and stays out', async () => {
  await about('Ben')
  await ada.page.getByRole('menuitem', { name: 'Remove…' }).click()
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
  await ben.page.getByRole('heading', { name: /removed/i }).waitFor()
  await until(async () => (await ada.tile('Ben').count()) === 0, 10_000, () => 'Ben’s tile should be gone')
  await ben.page.reload()
  await until(async () => (await ben.button('Leave').count()) === 0, 5_000, () => 'Ben should not be back')
})

test('ending for all asks once and then ends for all', async () => {
  await ada.button('Leave').click()
  await ada.button('End meeting for all').click()
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'End meeting' }).click()
  await Promise.all([ada, late].map((person) => person.page.getByRole('heading', { name: 'The meeting has ended' }).waitFor()))
  await late.page.goto('about:blank')
  await late.page.goto(links.attendee)
  await late.page.getByText(/ended/i).first().waitFor()
})
