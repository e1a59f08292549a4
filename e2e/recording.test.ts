// A recording from the button to the receipt: four people with own colours and
// tones, of whom the video holds exactly those who agreed, when they did.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passes } from './lib/axe.ts'
import { type Colour, colourFile, colours } from './lib/fakemedia.ts'
import { Film, grid, middle, type Rect, strip } from './lib/film.ts'
import { Person, until } from './lib/person.ts'
import { chapter, download, hold, made, noteMark, record, type Recorded, say, step } from './lib/recording.ts'
import { Server } from './lib/server.ts'
import { totp } from './lib/totp.ts'

/** The organisation's question: what the law makes it ask is its own, to the letter. */
const words = {
  en: 'The town records this sitting for the minutes.\n\nOnly who agrees is recorded. “No” costs you nothing — ask Mrs Poe: +44 1632 960 001.',
  de: 'Die Stadt zeichnet diese Sitzung für das Protokoll auf.\n\nAufgezeichnet wird nur, wer einwilligt; „Nein“ schadet niemandem.',
}
const tones = { ada: 500, ben: 900, eva: 1300, cleo: 2170, dan: 1930 }

let server: Server
/** Owns the meeting. */
let ada: Person
/** Comes later, goes and comes back; speaks German. */
let ben: Person
/** Has an account; shows a screen, and withdraws. */
let eva: Person
/** Does not want to be recorded. */
let cleo: Person
/** Is there only during the pause. */
let dan: Person
let link = ''
let recording: Recorded
let film: Film
let path = ''

/** Five browsers on two cores may take their time, ms. */
const slow = 240_000

const people = () => [ada, ben, eva, cleo, dan]

async function call<T>(person: { context: BrowserContext }, method: string, path: string, data?: unknown): Promise<T> {
  const response = await person.context.request.fetch(`${server.url}/api/v1${path}`, { method, ...(data === undefined ? {} : { data }) })
  const text = await response.text()
  if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** Every file below a folder. */
const below = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** What is kept, but for the space that is held back for a full disk. */
const files = () =>
  below(join(server.data, 'files')).filter((file) => !(file.includes('/.temp/') && statSync(file).size === 8 << 20))

/** Gives somebody an account in the organisation, and signs their browser in. */
async function member(person: { context: BrowserContext }, name: string): Promise<void> {
  const { link } = await call<{ link: string }>(ada, 'POST', '/people', { name, email: `${name.toLowerCase()}@example.org` })
  await call(person, 'POST', '/welcome', { secret: new URL(link).hash.slice(1), password: 'a long enough password' })
}

async function inGerman(person: Person): Promise<void> {
  await person.page.goto(link)
  await person.page.getByLabel('Ihr Name').fill(person.persona.name)
  await person.button('Teilnehmen').click()
  await person.button('Verlassen').waitFor()
}

/** Gives the seat up, so that who comes back is somebody new. */
async function leave(person: Person, words: { leave: string; left: string }): Promise<void> {
  await person.button(words.leave).first().click()
  const sure = person.page.getByRole('dialog').getByRole('button', { name: words.leave })
  const left = person.page.getByRole('heading', { name: words.left })
  await sure.or(left).waitFor()
  if (await sure.count()) await sure.click()
  await left.waitFor()
  await person.page.evaluate(() => sessionStorage.clear())
  await person.page.goto('about:blank')
}

beforeAll(async () => {
  server = await Server.start()
  const small = (colour: Colour) => colourFile(colour, 320, 180)
  ;[ada, ben, eva, cleo, dan] = await Promise.all([
    Person.open({ name: 'Ada', video: small(colours.red), tone: tones.ada }),
    Person.open({ name: 'Benedikt', video: small(colours.cyan), tone: tones.ben, locale: 'de-DE' }),
    Person.open({ name: 'Eva', video: small(colours.yellow), tone: tones.eva }),
    Person.open({ name: 'Cleopatra', video: small(colours.blue), tone: tones.cleo }),
    Person.open({ name: 'Danuta', video: small(colours.magenta), tone: tones.dan }),
  ])
  for (const { page } of people()) page.setDefaultTimeout(20_000)
  for (const person of people()) await noteMark(person)
  await ada.setUp(server.setupLink)
  const { secret } = await call<{ secret: string }>(ada, 'POST', '/account/totp')
  await call(ada, 'POST', '/account/totp/confirm', { code: totp(secret) })
  await call(ada, 'PATCH', '/organisation', { recording: { consent: { texts: words } } })
  await member(eva, 'Eva')
  const { id } = await call<{ id: string }>(ada, 'POST', '/meetings', { name: 'Council' })
  link = `${server.url}/m/${id}`
})

afterAll(async () => {
  await Promise.all(people().map((person) => person?.close()))
  await server?.close()
})

test('before somebody presses “Record” nothing is kept', async () => {
  await Promise.all([ada.page.goto(link), eva.page.goto(link)])
  await Promise.all([ada.button('Join').click(), eva.button('Join').click(), cleo.join(link)])
  await Promise.all([ada.sees('Cleopatra', colours.blue), ada.sees('Eva', colours.yellow), cleo.sees('Ada', colours.red)])
  await ada.hears([tones.cleo, tones.eva])
  await until(async () => files().length === 0, 10_000, () => `nothing should be there yet: ${files().join()}`)
})

test('everybody sees the mark within half a second and is asked in the organisation’s words', async () => {
  const took = await record(ada, [ada, eva, cleo])
  console.log(`after the server’s decision: ${took.map(({ told, mark, frames }) => `told ${told} ms, mark ${mark} ms, ${frames} pictures later`).join('; ')}`)
  for (const person of [ada, eva, cleo]) {
    const card = person.page.getByRole('dialog', { name: 'This meeting is being recorded' })
    expect(await card.locator('p').first().innerText()).toBe(words.en)
  }
  await passes(ada.page, 'the question')
  await Promise.all([say(ada, 'Agree'), say(eva, 'Agree'), say(cleo, 'Don’t record me')])
  await ada.panel('People')
  await ada.page.getByText('Recorder', { exact: true }).waitFor()
  await ada.page.getByRole('img', { name: 'Does not want to be recorded' }).waitFor()
  await ada.panel(null)

  // Five browsers and whatever else this machine does share its cores: of a page that is not let
  // run for a second says a clock nothing. So it is counted what the program has in its hands:
  // the server tells everybody in time, and every page draws the mark with its next picture.
  for (const { told, frames } of took) {
    expect(told).toBeLessThan(500)
    expect(frames).toBeLessThanOrEqual(1)
  }
  expect(took.map(({ mark }) => mark).toSorted((a, b) => a - b)[1]).toBeLessThan(500)
})

test('people come, go, share, and are left out', async () => {
  await hold(ada, 'Two', { hears: [tones.eva, tones.cleo] })
  // Cleopatra misses nothing.
  await Promise.all([ada.sees('Cleopatra', colours.blue), cleo.sees('Eva', colours.yellow)])

  await inGerman(ben)
  const card = ben.page.getByRole('dialog', { name: 'Diese Besprechung wird aufgezeichnet' })
  expect(await card.locator('p').first().innerText()).toBe(words.de)
  await ada.sees('Benedikt', colours.cyan)
  await say(ben, 'Ich willige ein')
  await hold(ada, 'Three', { hears: [tones.ben] })

  await eva.button('Share screen').click()
  await ada.sees('Screen of Eva', colours.screen)
  await hold(ada, 'Screen', { hears: [tones.eva] })
  await eva.button('Share screen').click()
  await ada.page.getByRole('figure', { name: 'Screen of Eva' }).waitFor({ state: 'detached' })
  await leave(ben, { leave: 'Verlassen', left: 'Sie haben die Besprechung verlassen' })
  await ada.tile('Benedikt').waitFor({ state: 'detached' })
}, slow)

test('what happens in a pause stays there, and who withdraws is recorded no more', async () => {
  await step(ada, 'Pause recording')
  await ada.page.getByRole('img', { name: 'Recording paused' }).waitFor()
  await dan.join(link)
  await dan.page.getByRole('img', { name: 'Recording paused' }).waitFor()
  await say(dan, 'Agree')
  await Promise.all([ada.sees('Danuta', colours.magenta), ada.hears([tones.dan])])
  await leave(dan, { leave: 'Leave', left: 'You have left the meeting' })
  await ada.tile('Danuta').waitFor({ state: 'detached' })
  await step(ada, 'Resume recording')
  await ada.page.getByRole('img', { name: 'Recording', exact: true }).waitFor()

  await inGerman(ben)
  // Asked again: this is another time.
  await say(ben, 'Ich willige ein')
  await ada.hears([tones.ben])
  await hold(ada, 'Back', { hears: [tones.ben, tones.eva] })

  await eva.button('You are recorded').click()
  await eva.page.getByRole('dialog', { name: 'Recording consent' }).getByRole('button', { name: 'Don’t record me' }).click()
  await eva.button('You are not in the recording').waitFor()
  await hold(ada, 'Withdrawn', { hears: [tones.eva, tones.cleo] })
  await ada.sees('Eva', colours.yellow)
  await chapter(ada, 'End')
}, slow)

test('the video is made, and can be downloaded from the library', async () => {
  await step(ada, 'Stop recording…')
  await ada.button('Stop recording').click()
  await ada.page.getByRole('complementary', { name: 'Recording' }).waitFor({ state: 'detached' })
  for (const person of [ben, eva, cleo]) await person.page.goto('about:blank')
  await ada.page.goto(`${server.url}/recordings`)
  await ada.page.getByRole('progressbar', { name: 'The video is being made' }).waitFor()
  recording = await made(ada.page, server.url, 'Council')
  path = await download(ada.page, 'Council', server.folder)
  film = new Film(path)
  console.log(`${film.length} s, ${film.frames} pictures, ${JSON.stringify(film.chapters)}`)
  expect(film.streams.map(({ codec_name, width, height, r_frame_rate }) => [codec_name, width, height, r_frame_rate])).toEqual([
    ['h264', 1280, 720, '25/1'],
    ['aac', undefined, undefined, '0/0'],
  ])
  expect(film.isMonotonic()).toBe(true)
  expect(film.chapters.map(({ title }) => title)).toEqual(expect.arrayContaining(['Two', 'Three', 'Screen', 'Back', 'Withdrawn', 'End']))
})

test('the video holds exactly those who agreed, where the layout says', () => {
  const at = (title: string): [number, number] => [film.chapter(title) + 0.5, film.chapter(title) + 1.2]
  const everyColour = [colours.red, colours.cyan, colours.yellow, colours.screen]
  /** Each tile is one colour all the time, no two the same; what is not in them is in no picture. */
  const inTiles = (title: string, wanted: readonly Colour[], tiles = grid(wanted.length)) => {
    const shown = tiles.map((tile) => everyColour.filter((colour) => film.share(colour, ...at(title), middle(tile)).least > (colour === colours.screen ? 0.5 : 0.95)).map(({ name }) => name))
    expect(shown.flat().toSorted(), title).toEqual(wanted.map(({ name }) => name).toSorted())
    for (const other of everyColour.filter((colour) => !wanted.includes(colour))) expect(film.share(other, ...at(title)).most, `${other.name} in ${title}`).toBeLessThan(0.002)
  }
  const heard = (title: string, ...wanted: number[]) => {
    const [from] = at(title)
    const found = Object.values(tones).filter((tone) => film.tone(tone, from - 0.25, from + 1).level > -50)
    expect(found.toSorted(), title).toEqual(wanted.toSorted())
  }
  inTiles('Two', [colours.red, colours.yellow])
  heard('Two', tones.ada, tones.eva)
  inTiles('Three', [colours.red, colours.yellow, colours.cyan])
  heard('Three', tones.ada, tones.eva, tones.ben)
  const { main, people } = strip(3)
  inTiles('Screen', [colours.screen, colours.red, colours.yellow, colours.cyan], [main, ...people])
  expect(film.share(colours.screen, ...at('Screen'), middle(main)).least).toBeGreaterThan(0.5)
  inTiles('Back', [colours.red, colours.yellow, colours.cyan])
  heard('Back', tones.ada, tones.eva, tones.ben)
  inTiles('Withdrawn', [colours.red, colours.cyan])
  heard('Withdrawn', tones.ada, tones.ben)

  // Nowhere, in no picture and at no moment: who declined, who was there in the pause, and who withdrew from then on.
  const withdrawn = film.chapter('Withdrawn')
  for (const [what, colour, tone, from] of [
    ['the one who declined', colours.blue, tones.cleo, 0],
    ['the one of the pause', colours.magenta, tones.dan, 0],
    ['the one who withdrew', colours.yellow, tones.eva, withdrawn],
  ] as const) {
    const seen = film.share(colour, from)
    expect(seen.most, `${what} is seen at ${seen.at} s`).toBeLessThan(0.002)
    const loud = film.tone(tone, from)
    expect(loud.level, `${what} is heard at ${loud.at} s`).toBeLessThan(-60)
  }
  for (const file of below(server.data)) expect(readFileSync(file).includes('Cleopatra'), file).toBe(false)
  for (const file of files()) expect(readFileSync(file).includes('ftyp'), file).toBe(false)
})

/** The mean colour of a part of what the player shows, given in the file's pixels. */
const shown = (page: Page, part: Rect) =>
  page.locator('video').evaluate((element, { x, y, w, h }) => {
    const video = element as HTMLVideoElement
    const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    pen?.drawImage(video, x, y, w, h, 0, 0, 1, 1)
    return [...(pen?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3)
  }, part)

/** Each colour fills one of those parts of what the player shows. */
async function showsBoth(page: Page, parts: readonly Rect[], wanted: readonly Colour[]): Promise<void> {
  const pictures = await Promise.all(parts.map((part) => shown(page, part)))
  for (const { name, rgb } of wanted)
    expect(pictures.some((picture) => picture.every((value, c) => Math.abs(value - (rgb[c] ?? 0)) < 45)), `${name} in ${JSON.stringify(pictures)}`).toBe(true)
}

const place = (page: Page) => page.locator('video').evaluate((video) => (video as HTMLVideoElement).currentTime)

/** Says who may watch the recording; beside the owners. */
async function share(words: RegExp, how: readonly string[] = []): Promise<void> {
  await ada.button('More for Council').click()
  await ada.page.getByRole('menuitem', { name: 'Share' }).click()
  const dialog = ada.page.getByRole('dialog', { name: 'Share the recording' })
  await dialog.getByRole('radio', { name: words }).check({ force: true })
  for (const each of how) await dialog.getByRole('checkbox', { name: each }).check({ force: true })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Finds the recording in one's own library and opens it; gives the player. */
async function find(page: Page): Promise<Locator> {
  await page.goto(`${server.url}/recordings`)
  await page.getByRole('link', { name: 'Watch Council' }).click()
  const player = page.getByRole('region', { name: 'Video' })
  await player.locator('video').waitFor()
  return player
}

test('who took part and who is of the organisation find it with their account, until it is theirs no more', async () => {
  const context = await cleo.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
  await member({ context }, 'Dora')
  const dora = await context.newPage()
  for (const page of [dora, eva.page]) {
    await page.goto(`${server.url}/recordings`)
    await page.getByText('No recordings yet').waitFor()
  }

  // Dora was not there, Eva was: the first audience is Eva's, the second everybody's.
  await share(/^Who took part/, ['With the viewer’s name over the picture'])
  await dora.reload()
  await dora.getByText('No recordings yet').waitFor()
  await (await find(eva.page)).getByText(/^Eva · /).waitFor()

  await share(/^The organisation/)
  const player = await find(dora)
  await player.getByText(/^Dora · /).waitFor()
  expect(await dora.getByRole('button', { name: 'Download' }).count()).toBe(0)
  expect((await context.request.post(`${server.url}/api/v1/recordings/${recording.id}/downloads`, { data: {} })).status()).toBe(404)
  await dora.getByRole('button', { name: 'Play' }).first().click()
  await dora.getByRole('navigation', { name: 'Chapters' }).getByRole('button', { name: /Two/ }).click()
  await until(async () => (await place(dora)) > film.chapter('Two') + 0.5, 15_000, () => 'it should play')
  await dora.keyboard.press('k')
  await showsBoth(dora, grid(2).map(middle), [colours.red, colours.yellow])

  // Of a short film a player soon has everything: the first answer is but a third of it, and the
  // request for what follows gets there after the word of the owner.
  const third = Math.floor(statSync(path).size / 3)
  let release = () => {}
  const said = new Promise<void>((resolve) => (release = resolve))
  await dora.route('**/*', async (route) => {
    const headers = route.request().headers()
    const from = Number(/^bytes=(\d+)-/.exec(headers['range'] ?? '')?.[1] ?? NaN)
    if (from >= third) await said
    await route.continue(from < third ? { headers: { ...headers, range: `bytes=${from}-${third - 1}` } } : {})
  })
  await dora.reload()
  await dora.getByRole('button', { name: 'Play' }).first().click()
  await until(async () => (await place(dora)) > 0.5, 30_000, () => 'it should play')
  await share(/^Nobody else/)
  release()
  await dora.keyboard.press('9')
  await dora.getByRole('heading', { name: 'You can no longer watch this recording' }).waitFor()
  expect(await dora.locator('video').count()).toBe(0)
  await dora.goto(`${server.url}/recordings`)
  await dora.getByText('No recordings yet').waitFor()
  await context.close()
}, slow)

test('whoever has the link and the passcode watches it, marked as theirs', async () => {
  await ada.button('More for Council').click()
  await ada.page.getByRole('menuitem', { name: 'Share' }).click()
  const dialog = ada.page.getByRole('dialog', { name: 'Share the recording' })
  await dialog.getByText('Anyone with a link', { exact: true }).click()
  await dialog.getByText('Ask for a passcode', { exact: true }).click()
  await dialog.getByLabel('Passcode', { exact: true }).fill('sesame-1')
  expect(await dialog.getByRole('checkbox', { name: 'With the viewer’s name over the picture' }).isChecked()).toBe(true) // as it was chosen before
  await dialog.getByRole('button', { name: 'Save and make the link' }).click()
  const shared = (await dialog.getByText(/\/r\/[a-z2-7]+#/).first().textContent()) ?? ''
  await dialog.getByRole('button', { name: 'Done' }).click()

  const context = await cleo.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(`${server.url}/r/${recording.id}`)
  await page.getByRole('heading', { name: 'There is no recording here for you' }).waitFor()
  const nothing = await Promise.all([recording.id, 'a'.repeat(26)].map(async (id) => (await context.request.post(`${server.url}/api/v1/recordings/${id}/views`, { data: {} })).text()))
  expect(nothing[0]?.replace(recording.id, '')).toBe(nothing[1]?.replace('a'.repeat(26), ''))

  await page.goto('about:blank')
  await page.goto(shared)
  await page.getByLabel('Passcode', { exact: true }).fill('guess')
  await page.getByRole('button', { name: 'Watch' }).click()
  await page.getByText('This is not the passcode').waitFor()
  await page.getByLabel('Passcode', { exact: true }).fill('sesame-1')
  await page.getByRole('button', { name: 'Watch' }).click()
  const video = page.locator('video')
  await video.waitFor()
  expect(page.url()).not.toContain('#')
  await passes(page, 'the player')
  const media = await video.evaluate((element) => (element as HTMLVideoElement).src)

  // Playing, by chapter and by keyboard.
  await page.getByRole('button', { name: 'Play' }).first().click()
  await until(async () => (await place(page)) > 0.5, 15_000, () => 'it should play')
  await page.getByRole('navigation', { name: 'Chapters' }).getByRole('button', { name: /Withdrawn/ }).click()
  await until(async () => (await place(page)) > film.chapter('Withdrawn') + 0.3, 15_000, () => 'it should go to the chapter')
  await page.keyboard.press('k')
  await showsBoth(page, grid(2).map(middle), [colours.red, colours.cyan])
  await page.keyboard.press('Home')
  await until(async () => (await place(page)) === 0, 5000, () => 'Home should lead to the beginning')
  await page.keyboard.press('PageDown')
  await until(async () => (await place(page)) >= (film.chapters[1]?.at ?? 0) - 0.1, 5000, () => 'there should be a next chapter')
  await page.keyboard.press('5')
  await until(async () => Math.abs((await place(page)) - film.length / 2) < 0.5, 5000, () => '5 should lead to the middle')
  const { watermark } = await (await context.request.post(`${server.url}/api/v1/recordings/${recording.id}/views`, { data: {} })).json() as { watermark: string }
  expect(watermark).not.toBe('')
  expect(await page.getByRole('region', { name: 'Video' }).getByText(watermark).isVisible()).toBe(true)

  // A range, as players ask for it, and nothing that a cache may keep.
  const part = await context.request.get(media, { headers: { Range: 'bytes=100-299' } })
  expect(part.status()).toBe(206)
  expect(await part.body()).toEqual(readFileSync(path).subarray(100, 300))
  expect(part.headers()['content-range']).toBe(`bytes 100-299/${statSync(path).size}`)
  expect(part.headers()['cache-control']).toMatch(/no-store/)
  expect((await cleo.context.request.get(media)).status()).toBe(404) // the address alone is worth nothing
  const kept = await context.request.post(`${server.url}/api/v1/recordings/${recording.id}/downloads`, { data: {} })
  expect([403, 404]).toContain(kept.status())

  await ada.button('More for Council').click()
  await ada.page.getByRole('menuitem', { name: 'Details' }).click()
  await ada.page.getByRole('tab', { name: 'Who watched' }).click()
  await ada.page.getByText(/^Somebody with the link/).first().waitFor()
  await ada.page.getByText(/1 download$/).first().waitFor()
  await ada.page.getByRole('tab', { name: 'Consents' }).click()
  await ada.page.getByText('Withdrawn for the rest', { exact: true }).first().waitFor()
  await ada.page.getByText('Refused', { exact: true }).first().waitFor()
  await ada.page.keyboard.press('Escape')

  // Deleted: at once, for those in the middle of it too.
  await page.keyboard.press('k')
  await ada.button('More for Council').click()
  await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
  await ada.button('Delete for good').click()
  const receipt = ada.page.getByRole('dialog', { name: 'Deleted' })
  await receipt.getByText('Key destroyed', { exact: true }).waitFor()
  await receipt.getByText(/cannot be had from old backups either/).waitFor()
  expect((await context.request.get(media, { headers: { Range: 'bytes=0-99' } })).status()).toBe(404)
  await page.reload()
  await page.getByRole('heading', { name: /There is no recording here for you|You can no longer watch/ }).waitFor()
  await until(async () => files().length === 0, 10_000, () => `these files should be gone: ${files().join()}`)
  await context.close()
  const { entries } = await call<{ entries: { action: string }[] }>(ada, 'GET', '/audit')
  expect(entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['recording.started', 'recording.viewed', 'recording.downloaded', 'recording.deleted']))
})
