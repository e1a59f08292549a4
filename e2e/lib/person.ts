// A person at a real Chromium with a colour for a camera and a tone for a voice.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import { type Colour, colourFile, toneFile } from './fakemedia.ts'
import type { Host } from './network.ts'

export interface Persona {
  readonly name: string
  readonly colour?: Colour
  /** A y4m or MJPEG file in place of a flat colour. */
  readonly video?: string
  readonly tone?: number
  readonly host?: Host
  readonly locale?: string
  readonly scheme?: 'light' | 'dark'
  readonly viewport?: { width: number; height: number }
  readonly mobile?: boolean
  readonly flags?: readonly string[]
  /** false: the browser has no camera and no microphone. */
  readonly devices?: boolean
}

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-domain-reliability',
  '--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate,InterestFeedContentSuggestions,AutofillServerCommunication,CertificateTransparencyComponentUpdater',
  '--use-fake-ui-for-media-stream',
  '--auto-select-tab-capture-source-by-title=',
  '--disable-dev-shm-usage',
]

export class Person {
  /** Every URL any page of this person asked for. */
  readonly requests: string[] = []
  /** Console errors and uncaught exceptions. */
  readonly errors: string[] = []

  private constructor(
    readonly persona: Persona,
    readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly folder: string,
  ) {}

  static async open(persona: Persona): Promise<Person> {
    const folder = mkdtempSync(join(tmpdir(), 'plenum-person-'))
    let executablePath = process.env['PLENUM_CHROMIUM'] ?? '/usr/bin/chromium'
    if (persona.host) {
      const wrapper = join(folder, 'chromium')
      writeFileSync(wrapper, `#!/bin/sh\nexec ${persona.host.prefix.join(' ')} ${executablePath} "$@"\n`)
      chmodSync(wrapper, 0o755)
      executablePath = wrapper
    }
    const args = [...quiet]
    if (persona.devices !== false) args.push('--use-fake-device-for-media-stream')
    if (persona.colour) args.push(`--use-file-for-fake-video-capture=${colourFile(persona.colour)}`)
    if (persona.video) args.push(`--use-file-for-fake-video-capture=${persona.video}`)
    if (persona.tone) args.push(`--use-file-for-fake-audio-capture=${toneFile(persona.tone)}`)
    args.push(...(persona.flags ?? []))
    const browser = await chromium.launch({ executablePath, args, headless: true })
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: persona.locale ?? 'en-GB',
      colorScheme: persona.scheme ?? 'light',
      viewport: persona.viewport ?? { width: 1280, height: 800 },
      ...(persona.mobile ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
      permissions: persona.devices === false ? [] : ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
    })
    const page = await context.newPage()
    const person = new Person(persona, browser, context, page, folder)
    context.on('request', (request) => person.requests.push(request.url()))
    page.on('websocket', (socket) => person.requests.push(socket.url()))
    page.on('console', (message) => {
      if (message.type() === 'error') person.errors.push(message.text())
    })
    page.on('pageerror', (error) => person.errors.push(String(error)))
    return person
  }

  async close(): Promise<void> {
    await this.browser.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  tile(name: string): Locator {
    return this.page.getByRole('figure', { name })
  }

  /** From the link to the call: a name and one click. */
  async join(link: string): Promise<void> {
    await this.page.goto(link)
    await this.page.getByLabel('Your name').fill(this.persona.name)
    await this.button('Join').click()
    await this.button('Leave').waitFor()
  }

  /** From the door into the line: the page is at the link already. */
  async knock(): Promise<void> {
    await this.page.getByLabel('Your name').fill(this.persona.name)
    await this.button('Join').click()
    await this.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
  }

  /** Opens one of the panels of the call, or closes the open one. */
  async panel(wanted: 'People' | 'Chat' | null): Promise<void> {
    for (const name of ['People', 'Chat'] as const) {
      const open = (await this.button(name).getAttribute('aria-pressed')) === 'true'
      if (open !== (name === wanted)) await this.button(name).click()
    }
  }

  /** Sets a fresh server up and stays signed in as its administrator. */
  async setUp(link: string): Promise<void> {
    await this.page.goto(link)
    await this.page.getByLabel(/organisation/i).fill('Town of Exampleton')
    await this.page.getByLabel(/your name/i).fill(this.persona.name)
    await this.page.getByLabel(/e-mail/i).fill(`${this.persona.name.toLowerCase()}@example.org`)
    await this.page.getByLabel(/^password/i).fill('correct horse battery')
    await this.page.keyboard.press('Enter')
    await this.button('New meeting').first().waitFor()
  }

  /** Makes a meeting on the start page, where this person is; gives its link. */
  async newMeeting(): Promise<string> {
    await this.button('New meeting').first().click()
    return (await this.page.getByText(/\/m\/[a-z2-7]{26}/).first().textContent()) ?? ''
  }

  /** Makes a personal link in the settings of the only meeting; `lasts` is in ms. */
  async makeLink(start: string, { name, uses = 'once', lasts }: { name?: string; uses?: 'once' | 'any'; lasts?: number }): Promise<string> {
    const { page } = this
    await page.goto(start)
    await this.button(/^Settings of/).click()
    await this.button(/^Personal links/).click()
    await this.button('New link').click()
    if (name !== undefined) await page.getByLabel(/^For whom/).fill(name)
    if (uses === 'any') {
      await page.getByRole('button', { name: /Lets in$/ }).click()
      await page.getByRole('option', { name: 'Any number of people' }).click()
    }
    if (lasts !== undefined) {
      // The field speaks local time, to the second.
      const end = new Date(Date.now() + lasts)
      const local = new Date(end.getTime() - end.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
      await page.getByLabel(/^Valid until/).fill(local)
    }
    await this.button('Make link').click()
    return (await page.locator('code').first().textContent()) ?? ''
  }

  /** The mean colour of what is decoded in somebody's tile, or null while there is none. */
  async colourOf(name: string): Promise<readonly [number, number, number] | null> {
    return this.tile(name)
      .locator('video')
      .first()
      .evaluate((element) => {
        const video = element as HTMLVideoElement
        if (video.videoWidth === 0 || video.readyState < 2) return null
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = 8
        const pen = canvas.getContext('2d')
        if (!pen) return null
        pen.drawImage(video, 0, 0, 8, 8)
        const pixels = pen.getImageData(2, 2, 4, 4).data
        const sum = [0, 0, 0]
        for (let i = 0; i < pixels.length; i += 4) for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (pixels[i + c] ?? 0)
        return [sum[0] ?? 0, sum[1] ?? 0, sum[2] ?? 0].map((s) => Math.round(s / 16)) as [number, number, number]
      }, undefined, { timeout: 2000 })
      .catch(() => null)
  }

  async sees(name: string, colour: Colour, within = 20_000): Promise<void> {
    let last: readonly number[] | null = null
    await until(
      async () => {
        const seen = await this.colourOf(name)
        last = seen
        return seen !== null && seen.every((value, i) => Math.abs(value - (colour.rgb[i] ?? 0)) < 40)
      },
      within,
      () => `${this.persona.name} should see ${colour.name} in the tile of ${name}, but sees ${String(last)}`,
    )
  }

  /** Which of the tones are in the decoded sound that this page plays, listening for one second. */
  async tones(candidates: readonly number[]): Promise<number[]> {
    return this.page.evaluate(async (frequencies) => {
      const streams = [...document.querySelectorAll('audio')].map((a) => a.srcObject).filter((s) => s instanceof MediaStream)
      const context = new AudioContext()
      await context.resume()
      const analysers = streams
        .filter((stream) => stream.getAudioTracks().length > 0)
        .map((stream) => {
          const analyser = context.createAnalyser()
          analyser.fftSize = 8192
          analyser.smoothingTimeConstant = 0
          context.createMediaStreamSource(stream).connect(analyser)
          return analyser
        })
      const loudest = analysers.map((a) => new Float32Array(a.frequencyBinCount).fill(-200))
      for (let round = 0; round < 20; round++) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        analysers.forEach((analyser, n) => {
          const now = new Float32Array(analyser.frequencyBinCount)
          analyser.getFloatFrequencyData(now)
          const held = loudest[n] as Float32Array
          now.forEach((value, bin) => {
            held[bin] = Math.max(held[bin] ?? -200, value)
          })
        })
      }
      const width = context.sampleRate / 8192
      await context.close()
      return frequencies.filter((frequency) =>
        loudest.some((spectrum) => {
          const bin = Math.round(frequency / width)
          const peak = Math.max(...spectrum.slice(bin - 2, bin + 3))
          const around = [...spectrum.slice(bin - 40, bin - 12), ...spectrum.slice(bin + 13, bin + 41)]
          const floor = around.reduce((a, b) => a + b, 0) / around.length
          return peak > -75 && peak - floor > 20
        }),
      )
    }, [...candidates])
  }

  async hears(expected: readonly number[], silent: readonly number[] = [], within = 30_000): Promise<void> {
    let last: number[] = []
    await until(
      async () => {
        last = await this.tones([...expected, ...silent])
        return expected.every((tone) => last.includes(tone)) && silent.every((tone) => !last.includes(tone))
      },
      within,
      () => `${this.persona.name} should hear ${expected.join(', ')} Hz and not ${silent.join(', ')}, but hears ${last.join(', ')}`,
    )
  }
}

/** Asks again until it holds; fails with the words given. */
export async function until(holds: () => Promise<boolean>, within: number, words: () => string): Promise<void> {
  const limit = Date.now() + within
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(words())
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
