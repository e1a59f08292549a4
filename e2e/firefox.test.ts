import { existsSync } from 'node:fs'
import puppeteer, { type Browser } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { colours } from './lib/fakemedia.ts'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'

// Debian's Firefox, driven by WebDriver BiDi, in a call with a Chromium.
const firefoxPath = '/usr/bin/firefox-esr'

let server: Server
let links: Links
let ada: Person
let firefox: Browser

beforeAll(async () => {
  expect(existsSync(firefoxPath), 'Firefox is installed by `make test`').toBe(true)
  server = await Server.start()
  links = server.createMeeting('Two browsers').links
  ada = await Person.open({ name: 'Ada', colour: colours.red, tone: 500 })
  firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath: firefoxPath,
    headless: true,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  })
})

afterAll(async () => {
  await firefox?.close()
  await ada?.close()
  await server?.close()
})

test('Firefox and Chromium see each other', async () => {
  await ada.join(links.moderator)
  const page = await firefox.newPage()
  await page.goto(links.attendee)
  const name = await page.waitForSelector('aria/Your name')
  await name?.type('Fay Firefox')
  const join = await page.waitForSelector('aria/Join[role="button"]')
  await join?.click()
  await page.waitForSelector('aria/Leave[role="button"]')

  // Firefox's fake camera is one colour that wanders; that it arrives moving is the proof.
  await until(async () => (await ada.colourOf('Fay Firefox')) !== null, 40_000, () => 'Ada should see Fay’s camera')
  let seen: readonly number[] | null = null
  await until(
    async () => {
      seen = await page.evaluate(() => {
        const video = [...document.querySelectorAll('figure')].find((f) => f.textContent?.includes('Ada'))?.querySelector('video')
        if (!video || video.videoWidth === 0) return null
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = 1
        const pen = canvas.getContext('2d')
        pen?.drawImage(video, 0, 0, 1, 1)
        return pen ? [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)] : null
      })
      return seen !== null && seen.every((value, i) => Math.abs(value - (colours.red.rgb[i] ?? 0)) < 40)
    },
    40_000,
    () => `Fay should see Ada’s red, but sees ${String(seen)}`,
  )
})
