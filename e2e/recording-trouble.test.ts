// Recordings of what browsers really send, on disks that fill up and servers that die.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beep, colourFile, colours, flashAndBeep } from './lib/fakemedia.ts'
import { Film, grid, middle } from './lib/film.ts'
import { canMakeHosts as isRoot } from './lib/network.ts'
import { Person, until } from './lib/person.ts'
import { chapter, download, hold, made, noteMark, passes, record, say, step } from './lib/recording.ts'
import { Server } from './lib/server.ts'
import { totp } from './lib/totp.ts'

const tone = 900
/** Browsers, a server and a video being made on two cores may take their time, ms. */
const slow = 240_000

let server: Server
/** Owns the meeting, and flashes and beeps each second. */
let ada: Person
let ben: Person
let link = ''
/** Where the recordings lie: a small disk of its own, where that can be made. */
const disk = mkdtempSync(join(tmpdir(), 'plenum-disk-'))
const filler = join(disk, 'filler')

interface Sent {
  codec: string
  mode: string
}

/** What a person's camera is sent as. */
const sent = (person: Person): Promise<Sent[]> =>
  person.page.evaluate(async () => {
    const found: { codec: string; mode: string }[] = []
    for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers) {
      const stats = await peer.getStats()
      for (const report of stats.values() as Iterable<{ type: string; kind: string; codecId: string; scalabilityMode?: string; framesEncoded: number }>)
        if (report.type === 'outbound-rtp' && report.kind === 'video' && report.framesEncoded > 0)
          found.push({ codec: (stats.get(report.codecId) as { mimeType?: string } | undefined)?.mimeType ?? '', mode: report.scalabilityMode ?? '' })
    }
    return found
  })

/** How many pictures of a person's camera were sent of each layer. */
const encoded = (person: Person) =>
  person.page.evaluate(async () => {
    const frames: Record<string, number> = {}
    for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers)
      for (const report of (await peer.getStats()).values() as Iterable<{ type: string; kind: string; rid?: string; framesEncoded: number }>)
        if (report.type === 'outbound-rtp' && report.kind === 'video') frames[report.rid ?? ''] = report.framesEncoded
    return frames
  })

/** Waits until of a person's camera only the smallest layer is sent, for ten pictures. */
async function sendsOnlySmall(person: Person): Promise<void> {
  let before = await encoded(person)
  await until(
    async () => {
      const now = await encoded(person)
      const grew = Object.keys(now).filter((rid) => (now[rid] ?? 0) > (before[rid] ?? 0))
      if (grew.some((rid) => rid !== 'q')) before = now
      return (now['q'] ?? 0) > (before['q'] ?? 0) + 10
    },
    20_000,
    () => `${person.persona.name} should send the smallest layer only`,
  )
}

/** Stops or resumes all but the smallest layer of a person's camera. */
const layers = (person: Person, all: boolean) =>
  person.page.evaluate(async (active) => {
    for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers)
      for (const sender of peer.getSenders()) {
        const parameters = sender.getParameters()
        if (sender.track?.kind !== 'video' || parameters.encodings.length < 2) continue
        parameters.encodings.forEach((encoding) => (encoding.active = active || encoding.rid === 'q'))
        await sender.setParameters(parameters)
      }
  }, all)

async function call<T>(method: string, path: string, data?: unknown): Promise<T> {
  const response = await ada.context.request.fetch(`${server.url}/api/v1${path}`, { method, ...(data === undefined ? {} : { data }) })
  if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`)
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

beforeAll(async () => {
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'plenum-e2e', disk])
  server = await Server.start({ flags: ['--files', disk] })
  ;[ada, ben] = await Promise.all([
    Person.open({ name: 'Ada', flags: ['--autoplay-policy=no-user-gesture-required'] }),
    Person.open({ name: 'Ben', video: colourFile(colours.green, 1280, 720), tone }),
  ])
  for (const person of [ada, ben]) {
    person.page.setDefaultTimeout(20_000)
    await noteMark(person)
    await person.context.addInitScript(() => {
      const peers: RTCPeerConnection[] = []
      Object.assign(window, { peers })
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration)
          peers.push(this)
        }
      }
    })
  }
  await ada.context.addInitScript(flashAndBeep, { rgb: colours.red.rgb, frequency: beep })
  // As on a machine that is at ease with that codec.
  await ben.context.addInitScript(() => {
    navigator.mediaCapabilities.encodingInfo = (asked: MediaEncodingConfiguration) => {
      const good = asked.video?.contentType.includes(localStorage.getItem('codec') ?? 'VP9') ?? false
      return Promise.resolve({ supported: good, smooth: good, powerEfficient: good, configuration: asked })
    }
  })
  await ada.setUp(server.setupLink)
  const { secret } = await call<{ secret: string }>('POST', '/account/totp')
  await call('POST', '/account/totp/confirm', { code: totp(secret) })
  const { id } = await call<{ id: string }>('POST', '/meetings', { name: 'Council' })
  link = `${server.url}/m/${id}`
  await enter()
})

/** Both come to the meeting, or back to it. */
async function enter(): Promise<void> {
  for (const person of [ada, ben]) {
    await person.page.goto(link)
    const [join, inside] = [person.button('Join'), person.button('Leave')]
    await join.or(inside).waitFor()
    if (await inside.count()) continue
    if (person === ben) await person.page.getByLabel('Your name').fill('Ben')
    await join.click()
    await inside.waitFor()
  }
  await ada.sees('Ben', colours.green)
  await until(async () => (await ben.tile('Ada').locator('video').count()) === 1, 20_000, () => 'Ben should see Ada')
}

afterAll(async () => {
  await Promise.all([ada, ben].map((person) => person?.close()))
  await server?.close()
  if (isRoot) execFileSync('umount', [disk])
  rmSync(disk, { recursive: true, force: true })
})

const start = async () => {
  await record(ada, [ada, ben])
  await Promise.all([say(ada, 'Agree'), say(ben, 'Agree')])
}

test('what browsers send is recorded as it was: silence, other sizes, other codecs, in sync from the first second', async () => {
  await start()
  expect(await sent(ben)).toContainEqual({ codec: 'video/VP9', mode: expect.stringMatching(/^L3T3/) as string })
  await hold(ada, 'Both', { hears: [tone] })

  await ben.button('Microphone').click()
  await ada.hears([], [tone])
  await chapter(ada, 'Silent')
  await passes(ada, 2)
  await ada.hears([], [tone])
  await ben.button('Microphone').click()
  await ada.hears([tone])
  await hold(ada, 'Heard', { hears: [tone] })

  console.log(`of Ada’s camera were sent ${JSON.stringify(await encoded(ada))}`)
  await layers(ada, false)
  await sendsOnlySmall(ada)
  await hold(ada, 'Small', { hears: [tone] })
  await layers(ada, true)
  await hold(ada, 'Large', { hears: [tone] })
  console.log(`and at the end ${JSON.stringify(await encoded(ada))}`)
  await step(ada, 'Stop recording…')
  await ada.button('Stop recording').click()
  await ada.page.getByRole('complementary', { name: 'Recording' }).waitFor({ state: 'detached' })

  // A video is made behind every meeting: without one it is soon there.
  for (const { page } of [ada, ben]) await page.goto('about:blank')
  await made(ada.page, server.url, 'Council')
  const film = new Film(await download(ada.page, 'Council', server.folder))
  expect(film.isMonotonic()).toBe(true)
  const tiles = grid(2).map(middle)
  const [from, to] = [film.chapter('Both') + 0.5, film.length - 1]
  const hers = tiles.find((tile) => film.share(colours.green, from, to, tile).most < 0.1)
  const his = tiles.find((tile) => tile !== hers)
  if (!hers || !his) throw new Error('there should be one green tile and one that is not')
  expect(film.share(colours.green, from, to, his).least, 'green without a break').toBeGreaterThan(0.95)
  const heard = (title: string) => film.tone(tone, film.chapter(title) + 0.3, film.chapter(title) + 1.3).level
  expect(heard('Both')).toBeGreaterThan(-50)
  expect(heard('Silent')).toBeLessThan(-60)
  expect(heard('Heard')).toBeGreaterThan(-50)

  const [flashes, beeps] = [film.flashes(colours.white, hers), film.beeps(beep)]
  const late = flashes.flatMap((flash) => {
    const nearest = beeps.reduce((best, at) => (Math.abs(at - flash) < Math.abs(best - flash) ? at : best), Infinity)
    return Math.abs(nearest - flash) < 0.4 ? [Math.round((nearest - flash) * 1000)] : []
  })
  console.log(`${film.length} s, flashes at ${flashes.map((at) => at.toFixed(2)).join(' ')}; sound after picture by ${late.join(' ')} ms`)
  expect(flashes.length).toBeGreaterThan(film.length - 4)
  expect(late.length).toBeGreaterThan(flashes.length - 3)
  // Picture and sound are made in one moment (flashAndBeep). What is left: the film's pictures are
  // 40 ms apart and each shows what was last, and a browser's reports of its sound are true to a
  // packet of 20 ms only.
  for (const off of [...late.slice(0, 5), ...late.slice(-5)]) expect(Math.abs(off), 'at the beginning and at the end').toBeLessThanOrEqual(60)
  const sorted = late.toSorted((a, b) => a - b)
  expect(Math.abs(sorted[Math.floor(sorted.length / 2)] ?? Infinity)).toBeLessThanOrEqual(40)
}, slow)

test.runIf(isRoot)('on a full disk the meeting goes on, the owner is told within five seconds, and the recording goes on with space', async () => {
  await ben.page.goto(server.url)
  await ben.page.evaluate(() => localStorage.setItem('codec', 'AV1'))
  await enter()
  await start()
  await until(async () => (await sent(ben)).some(({ codec }) => codec === 'video/AV1'), 10_000, () => 'Ben should send AV1')
  await hold(ada, 'Before', { hears: [tone] })
  const file = openSync(filler, 'w')
  const block = Buffer.alloc(1 << 16)
  const began = Date.now()
  for (let size = block.length; size >= 512; ) {
    try {
      writeSync(file, block, 0, size)
    } catch {
      size /= 2
    }
  }
  closeSync(file)
  const alarm = ada.page.getByText(/^Nothing is being recorded at the moment: The server’s disk is full/).first()
  await alarm.waitFor({ timeout: 15_000 })
  const took = Date.now() - began
  console.log(`told of the full disk after ${took} ms`)
  expect(took).toBeLessThan(5000)
  await Promise.all([ada.sees('Ben', colours.green), ada.hears([tone])])
  rmSync(filler)
  await alarm.waitFor({ state: 'detached' })
  await hold(ada, 'After', { hears: [tone] })
}, slow)

test('after kill -9 people come back by themselves, the owner is told, and the video is made', async () => {
  if (!isRoot) {
    await enter()
    await start()
  }
  await hold(ada, 'Last', { hears: [tone] })
  await server.stop('SIGKILL')
  const killed = Date.now()
  await server.run()
  await ada.page.getByText('The last recording was interrupted because the server stopped. What was recorded until then is kept.').first().waitFor({ timeout: 60_000 })
  console.log(`told of the interruption ${Date.now() - killed} ms after the end of the server`)
  await Promise.all([ada.sees('Ben', colours.green), ada.hears([tone])])
  expect(await ada.page.getByRole('img', { name: 'Recording', exact: true }).count()).toBe(0)
  expect(await ben.page.getByText('The last recording was interrupted').count()).toBe(0)

  for (const { page } of [ada, ben]) await page.goto('about:blank')
  await made(ada.page, server.url, 'Council', 2)
  const film = new Film(await download(ada.page, 'Council', server.folder))
  console.log(`${film.length} s, ${JSON.stringify(film.chapters)}`)
  expect(film.streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac'])
  expect(film.isMonotonic()).toBe(true)
  const tiles = grid(2).map(middle)
  for (const title of isRoot ? ['Before', 'After', 'Last'] : ['Last']) {
    const at = film.chapter(title)
    expect(tiles.filter((tile) => film.share(colours.green, at + 0.5, at + 1, tile).least > 0.95).length, `green in ${title}`).toBe(1)
    expect(film.tone(tone, at, at + 1).level, `the tone in ${title}`).toBeGreaterThan(-50)
  }
  // Two seconds may be lost; who held the last chapter listened for longer.
  expect(film.length - film.chapter('Last')).toBeGreaterThan(0)
}, slow)
