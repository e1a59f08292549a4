import { afterAll, beforeAll, expect, test } from 'vitest'
import { colours } from './lib/fakemedia.ts'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'

// Three people, each in a browser of their own with a colour and a tone of
// their own: what the others decode is the proof, not a flag.
let server: Server
let links: Links
let ada: Person
let ben: Person
let cleo: Person

beforeAll(async () => {
  server = await Server.start()
  links = server.createMeeting('Budget 2027').links
  ada = await Person.open({ name: 'Ada', colour: colours.red, tone: 500 })
  ben = await Person.open({ name: 'Ben', colour: colours.green, tone: 900 })
  cleo = await Person.open({ name: 'Cleo', colour: colours.blue, tone: 1500 })
})

afterAll(async () => {
  await Promise.all([ada, ben, cleo].map((person) => person?.close()))
  await server?.close()
})

test('three people see each other’s colour and hear each other’s tone', async () => {
  await ada.join(links.moderator)
  await ben.join(links.attendee)
  await cleo.join(links.attendee)
  await Promise.all([
    ada.sees('Ben', colours.green),
    ada.sees('Cleo', colours.blue),
    ben.sees('Ada', colours.red),
    ben.sees('Cleo', colours.blue),
    cleo.sees('Ada', colours.red),
    cleo.sees('Ben', colours.green),
  ])
  await ada.hears([900, 1500], [500])
  await ben.hears([500, 1500], [900])
  await cleo.hears([500, 900], [1500])
})

test('a muted microphone is silent for everyone, and the button says so', async () => {
  const microphone = ben.button('Microphone')
  expect(await microphone.getAttribute('aria-pressed')).toBe('true')
  await microphone.click()
  expect(await microphone.getAttribute('aria-pressed')).toBe('false')
  await ada.hears([1500], [900])
  await microphone.click()
  await ada.hears([900, 1500])
})

test('a camera that is switched off shows nothing, and comes back', async () => {
  await cleo.button('Camera').click()
  await until(async () => (await ada.tile('Cleo').locator('video:visible').count()) === 0, 10_000, () => 'Cleo’s picture should be gone')
  await cleo.button('Camera').click()
  await ada.sees('Cleo', colours.blue)
})

test('a shared screen reaches the others', async () => {
  await ben.button('Share screen').click()
  await until(async () => (await ada.page.getByRole('figure', { name: 'Screen of Ben' }).locator('video').count()) === 1, 20_000, () => 'Ada should see Ben’s screen')
  const size = async () =>
    ada.page
      .getByRole('figure', { name: 'Screen of Ben' })
      .locator('video')
      .evaluate((video) => (video as HTMLVideoElement).videoWidth)
  await until(async () => (await size()) > 300, 20_000, () => 'the shared screen should be decoded')
  await ben.button('Share screen').click()
  await until(async () => (await ada.page.getByRole('figure', { name: 'Screen of Ben' }).count()) === 0, 10_000, () => 'the share should be gone')
})

test('chat reaches everyone as text and nothing else', async () => {
  await ada.button('Chat').click()
  await ben.button('Chat').click()
  const field = ben.page.getByRole('textbox', { name: /message/i })
  await field.fill('<img src=x onerror=alert(1)> see the plan')
  await field.press('Enter')
  await ada.page.getByText('<img src=x onerror=alert(1)> see the plan').waitFor()
})

test('a raised hand is seen in the order raised', async () => {
  await ben.button('Raise hand').click()
  await cleo.button('Raise hand').click()
  await ada.button('People').click()
  const queue = ada.page.getByRole('region', { name: 'Raised hands' })
  await until(async () => (await queue.getByRole('listitem').count()) === 2, 10_000, () => 'two hands should be up')
  expect(await queue.getByRole('listitem').first().textContent()).toContain('Ben')
})

test('a reload brings back the same seat with its hand and the chat', async () => {
  await ben.page.reload()
  await ben.button('Leave').waitFor()
  expect(await ben.button('Raise hand').getAttribute('aria-pressed')).toBe('true')
  await ben.button('Chat').click()
  await ben.page.getByText('see the plan').waitFor()
  await ada.sees('Ben', colours.green)
  expect(await ada.tile('Ben').count()).toBe(1)
})
