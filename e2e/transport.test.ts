import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { colours } from './lib/fakemedia.ts'
import { Person, until } from './lib/person.ts'
import { Server } from './lib/server.ts'

// What really flows between browser and server, from the browser's own statistics.
let server: Server
let ada: Person
let ben: Person

beforeAll(async () => {
  server = await Server.start()
  const { links } = server.createMeeting('Transport')
  ada = await Person.open({ name: 'Ada', colour: colours.red })
  ben = await Person.open({ name: 'Ben', colour: colours.green })
  for (const { context } of [ada, ben]) {
    await context.addInitScript(() => {
      const made: RTCPeerConnection[] = []
      Object.assign(window, { connections: made })
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration)
          made.push(this)
        }
      }
    })
  }
  await ada.join(links.moderator)
  await ben.join(links.attendee)
  await ada.sees('Ben', colours.green)
  await ben.sees('Ada', colours.red)
})

afterAll(async () => {
  await Promise.all([ada?.close(), ben?.close()])
  await server?.close()
})

interface Stat {
  type: string
  /** In ms. */
  timestamp: number
  kind?: string
  srtpCipher?: string
  dtlsState?: string
  bytesReceived?: number
  framesSent?: number
}

const stats = (page: Page): Promise<Stat[]> =>
  page.evaluate(async () => {
    const connections = (window as unknown as { connections: RTCPeerConnection[] }).connections
    const reports = await Promise.all(connections.filter((c) => c.connectionState === 'connected').map((c) => c.getStats()))
    return reports.flatMap((report) => [...(report.values() as Iterable<Stat>)])
  })

/** A figure of all statistics of one kind, a second apart by their own clock: how much it grew. */
async function growth(page: Page, type: string, figure: 'bytesReceived' | 'framesSent'): Promise<number> {
  const look = async () => {
    const all = await stats(page)
    const sum = all.filter((s) => s.type === type && s.kind === 'video').reduce((total, s) => total + (s[figure] ?? 0), 0)
    return { sum, at: Math.max(...all.map(({ timestamp }) => timestamp)) }
  }
  const before = await look()
  let now = before
  await until(async () => (now = await look()).at >= before.at + 1000, 10_000, () => 'there should be newer statistics')
  return now.sum - before.sum
}

test('the media is encrypted with AES-GCM', async () => {
  for (const { page } of [ada, ben]) {
    const transports = (await stats(page)).filter((s) => s.type === 'transport')
    expect(transports.length).toBeGreaterThan(0)
    for (const transport of transports) {
      expect(transport.dtlsState).toBe('connected')
      expect(transport.srtpCipher).toMatch(/GCM/)
    }
  }
})

test('what is not seen is not received, and what nobody sees is not sent', async () => {
  expect(await growth(ada.page, 'inbound-rtp', 'bytesReceived')).toBeGreaterThan(0)
  expect(await growth(ben.page, 'outbound-rtp', 'framesSent')).toBeGreaterThan(0)
  await ada.button('More').click()
  await ada.page.getByRole('menuitemcheckbox', { name: /Audio only/ }).click()
  await until(async () => (await growth(ada.page, 'inbound-rtp', 'bytesReceived')) === 0, 20_000, () => 'Ada should receive no video')
  await until(async () => (await growth(ben.page, 'outbound-rtp', 'framesSent')) === 0, 20_000, () => 'Ben should stop encoding')
})
