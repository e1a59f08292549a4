import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { colours } from './lib/fakemedia.ts'
import { canMakeHosts, namesAddress, Network } from './lib/network.ts'
import { Person, type Persona, until } from './lib/person.ts'
import { Server } from './lib/server.ts'

// A server and people on machines of their own (network namespaces), with the
// addresses 10.99.0.n as canaries.
let cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
  cleanups = []
})

async function meeting(tag: string) {
  const network = await Network.open(tag)
  cleanups.push(() => network.close())
  const server = await Server.start({ host: network.server })
  cleanups.push(() => server.close())
  const { links } = server.createMeeting('Canary sitting 7f3a')
  const open = async (persona: Persona) => {
    const person = await Person.open(persona)
    cleanups.push(() => person.close())
    return person
  }
  return { network, server, links, open }
}

describe.runIf(canMakeHosts)('on a real network', () => {
  test('with UDP blocked the media goes over TCP', async () => {
    const { network, links, open } = await meeting('tcp')
    const near = network.person(21)
    const far = network.person(22)
    far.drop('meta l4proto udp')
    const ada = await open({ name: 'Ada', colour: colours.red, tone: 500, host: near })
    const ben = await open({ name: 'Ben', colour: colours.green, tone: 900, host: far })
    await ada.join(links.moderator)
    await ben.join(links.attendee)
    await ada.sees('Ben', colours.green, 40_000)
    await ben.sees('Ada', colours.red, 40_000)
    await ben.hears([500])
  })

  test('with only the relay reachable the media goes through it', async () => {
    const { network, server, links, open } = await meeting('relay')
    const near = network.person(21)
    const far = network.person(22)
    far.drop(`udp dport != ${server.turnPort}`)
    far.drop(`tcp dport ${server.mediaPort}`)
    const ada = await open({ name: 'Ada', colour: colours.red, tone: 500, host: near })
    const ben = await open({ name: 'Ben', colour: colours.green, tone: 900, host: far })
    await ada.join(links.moderator)
    await ben.join(links.attendee)
    await ada.sees('Ben', colours.green, 40_000)
    await ben.sees('Ada', colours.red, 40_000)
  })

  test('a cut of 30 seconds brings the same person back to the same seat', async () => {
    const { network, links, open } = await meeting('cut')
    const near = network.person(21)
    const far = network.person(22)
    const ada = await open({ name: 'Ada', colour: colours.red, tone: 500, host: near })
    const ben = await open({ name: 'Ben', colour: colours.green, tone: 900, host: far })
    await ada.join(links.moderator)
    await ben.join(links.attendee)
    await ada.sees('Ben', colours.green)
    await ben.button('Raise hand').click()
    await ben.button('Chat').click()
    const field = ben.page.getByRole('textbox', { name: /message/i })
    await field.fill('before the cut')
    await field.press('Enter')
    await ben.page.getByRole('region', { name: 'Messages' }).getByText('before the cut').waitFor()

    far.cable(false)
    await ben.page.getByText(/reconnecting/i).first().waitFor({ timeout: 30_000 })
    await new Promise((resolve) => setTimeout(resolve, 30_000)) // the cut itself, not a wait for a result
    far.cable(true)

    await ben.sees('Ada', colours.red, 40_000)
    await ada.sees('Ben', colours.green, 40_000)
    expect(await ada.tile('Ben').count()).toBe(1)
    expect(await ben.button('Raise hand').getAttribute('aria-pressed')).toBe('true')
    await ben.page.getByRole('region', { name: 'Messages' }).getByText('before the cut').waitFor()
  })

  test('a restart of the server brings everyone back by themselves', async () => {
    const { network, server, links, open } = await meeting('restart')
    const ada = await open({ name: 'Ada', colour: colours.red, tone: 500, host: network.person(21) })
    const ben = await open({ name: 'Ben', colour: colours.green, tone: 900, host: network.person(22) })
    await ada.join(links.moderator)
    await ben.join(links.attendee)
    await ada.sees('Ben', colours.green)
    expect(await server.stop()).toBe(0)
    await server.run()
    await ada.sees('Ben', colours.green, 60_000)
    await ben.sees('Ada', colours.red, 60_000)
    expect(await ada.tile('Ben').count()).toBe(1)
    await ada.button('People').click()
    await ada.page.getByText('Moderator').first().waitFor()
  })

  test('nothing foreign is contacted and no address is written', async () => {
    const { network, server, links, open } = await meeting('canary')
    const near = network.person(77)
    const far = network.person(78)
    const ada = await open({ name: 'Ada Canarybird', colour: colours.red, tone: 500, host: near })
    const ben = await open({ name: 'Ben Canarybird', colour: colours.green, tone: 900, host: far })
    await ada.page.goto(server.setupLink)
    await ada.page.goto(`${server.url}/signin`)
    await ada.page.goto(`${server.url}/`)
    await ada.join(links.moderator)
    await ben.join(links.attendee)
    await ada.sees('Ben Canarybird', colours.green)
    await ben.hears([500])
    for (const panel of ['Chat', 'People']) await ada.button(panel).click()
    await ada.button('More').click()
    await ada.page.getByRole('menuitem', { name: 'Settings' }).click()
    await ada.page.getByRole('dialog').waitFor()
    await ada.page.keyboard.press('Escape')
    const metrics = network.server.exec('curl', '-s', `http://127.0.0.1:${server.metricsPort}/metrics`)
    expect(metrics).toContain('plenum_')

    // Requests as the browsers name them, and packets as the kernel saw them.
    const own = new URL(server.url).host
    for (const person of [ada, ben]) {
      const foreign = person.requests.filter((url) => /^(https?|wss?):/.test(url) && new URL(url).host !== own)
      expect(foreign).toEqual([])
    }
    expect(network.names.filter((name) => !chromiumsOwn.has(name))).toEqual([])
    // The name server's address is one of the server's own here; names are judged above.
    const allowed = new Set([network.server.address, namesAddress, near.address, far.address])
    for (const host of [network.server, near, far]) {
      const foreign = host.destinations().filter((destination) => {
        const [address] = destination.split(' . ')
        if (address?.startsWith('ff') || address === '224.0.0.251') return false // multicast DNS of the browser's own candidates
        return !allowed.has(address ?? '')
      })
      expect(foreign, `packets from ${host.name}`).toEqual([])
    }

    await ada.button('Leave').click()
    await server.stop()
    const canaries = ['10.99.0.77', '10.99.0.78', '::ffff:a63:4d', '0a63004d', '0a63004e', 'Canarybird', 'Canary sitting']
    const written = [['log', server.log], ['metrics', metrics]] as [string, string][]
    for (const file of files(server.folder)) written.push([file, readFileSync(file, 'latin1')])
    for (const [where, bytes] of written) {
      for (const canary of canaries) {
        // The meeting's own name is kept in the database: its owner gave it to be kept.
        if (canary === 'Canary sitting' && /plenum\.db/.test(where)) continue
        expect(bytes.includes(canary), `${canary} in ${where}`).toBe(false)
      }
    }
  })
})

/** What Debian's Chromium looks up by itself, on a blank page too. */
const chromiumsOwn = new Set(['accounts.google.com', 'clients2.google.com', 'optimizationguide-pa.googleapis.com', 'update.googleapis.com'])

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}
