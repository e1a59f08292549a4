import { afterAll, beforeAll, expect, test } from 'vitest'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'

let server: Server
let links: Links
let ada: Person
let ben: Person

beforeAll(async () => {
  server = await Server.start()
  links = server.createMeeting('Two cameras').links
  ada = await Person.open({ name: 'Ada' })
  ben = await Person.open({ name: 'Ben', flags: ['--use-fake-device-for-media-stream=device-count=3'] })
  await ada.join(links.moderator)
  await ben.join(links.attendee)
})

afterAll(async () => {
  await Promise.all([ada?.close(), ben?.close()])
  await server?.close()
})

/** The label of the device whose picture is in one's own tile. */
const cameraInUse = async () =>
  ben
    .tile('Ben')
    .locator('video')
    .first()
    .evaluate((video) => ((video as HTMLVideoElement).srcObject as MediaStream | null)?.getVideoTracks()[0]?.label ?? '')
    .catch(() => '')

/** Decoded frames of Ben at Ada's so far. */
const framesAtAda = async () =>
  ada
    .tile('Ben')
    .locator('video')
    .first()
    .evaluate((video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames)
    .catch(() => 0)

test('another camera and microphone can be chosen in the call, and the others go on seeing', async () => {
  await until(async () => (await framesAtAda()) > 0, 20_000, () => 'Ada should see Ben')
  const first = await cameraInUse()
  expect(first).not.toBe('')

  await ben.button('Video devices').click()
  const cameras = ben.page.getByRole('menuitemradio', { name: /fake_device/ })
  expect(await cameras.count()).toBeGreaterThanOrEqual(3)
  await cameras.last().click()
  await until(async () => !['', first].includes(await cameraInUse()), 10_000, () => 'another camera should be in use')
  const before = await framesAtAda()
  await until(async () => (await framesAtAda()) > before + 10, 20_000, () => 'frames of the other camera should arrive')

  await ben.page.keyboard.press('Escape')
  await ben.button('Audio devices').click()
  const microphones = ben.page.getByRole('group', { name: 'Microphone' }).getByRole('menuitemradio')
  expect(await microphones.count()).toBeGreaterThanOrEqual(2)
  await microphones.last().click()
  await ben.page.keyboard.press('Escape')
  expect(await ben.button('Microphone').getAttribute('aria-pressed')).toBe('true')
})

test('audio only receives and sends no picture, and the camera button says why', async () => {
  await ben.button('More').click()
  await ben.page.getByRole('menuitemcheckbox', { name: /Audio only/ }).click()
  await until(async () => (await ben.tile('Ada').locator('video:visible').count()) === 0, 10_000, () => 'Ben should receive no picture')
  await until(async () => (await ada.tile('Ben').locator('video:visible').count()) === 0, 10_000, () => 'Ben should send no picture')
  await ben.page.keyboard.press('Escape')
  await ben.button('More').click()
  await ben.page.getByRole('menuitemcheckbox', { name: /Audio only/ }).click()
  await ben.page.keyboard.press('Escape')
  await until(async () => (await ben.tile('Ada').locator('video:visible').count()) === 1, 20_000, () => 'Ada’s picture should be back')
})
