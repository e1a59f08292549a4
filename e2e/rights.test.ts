// Rights that come and go while people are in the meeting or on the way in: whose
// camera one sees, who lets in, by what one is known at the door, and who has a place.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passes } from './lib/axe.ts'
import { colours } from './lib/fakemedia.ts'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'
import { totp } from './lib/totp.ts'

/** The name of a second organisation, which no DNS knows. */
const club = 'rowing.example'
const flags = [`--host-resolver-rules=MAP ${club} 127.0.0.1`]
const out = join(import.meta.dirname, 'out')

let server: Server
/** Owns the meeting. */
let ada: Person
let ben: Person
let cara: Person
/** Two without camera and microphone. */
let dan: Person
let eve: Person
/** Ada's meeting, and the same for anybody. */
let id = ''
let meeting = ''

async function call<T>(person: Person, method: string, path: string, data?: unknown): Promise<T> {
  const response = await person.context.request.fetch(`${server.url}/api/v1${path}`, { method, ...(data === undefined ? {} : { data }) })
  const text = await response.text()
  if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** Changes Ada's meeting in its settings. */
const set = (change: object) => call(ada, 'PATCH', `/meetings/${id}`, change)

/** Lets a person's pages be asked what they decode. */
async function watch(person: Person): Promise<void> {
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

/** How many pictures were decoded of each track that has come in so far, by the track's id. */
async function decoded(person: Person): Promise<Record<string, number>> {
  return person.page.evaluate(async () => {
    const frames: Record<string, number> = {}
    for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers)
      for (const report of (await peer.getStats()).values() as Iterable<{ type: string; kind: string; trackIdentifier: string; framesDecoded?: number }>)
        if (report.type === 'inbound-rtp' && report.kind === 'video') frames[report.trackIdentifier] = report.framesDecoded ?? 0
    return frames
  })
}

/** The track in somebody's tile. */
const trackOf = (person: Person, name: string) =>
  person
    .tile(name)
    .locator('video')
    .first()
    .evaluate((video) => ((video as HTMLVideoElement).srcObject as MediaStream).getVideoTracks()[0]?.id ?? '')

/** While `going` decodes fifteen more pictures of one track, `stopped` must decode none but of the tracks in `but`. */
async function decodesNothing(stopped: Person, going: Person, goesOn: string, but: readonly string[] = []): Promise<void> {
  const from = (await decoded(going))[goesOn] ?? 0
  const before = await decoded(stopped)
  await until(async () => ((await decoded(going))[goesOn] ?? 0) >= from + 15, 15_000, () => `${going.persona.name} should go on seeing`)
  const more = Object.entries(await decoded(stopped)).filter(([track, frames]) => frames > (before[track] ?? 0) && !but.includes(track))
  expect(more).toEqual([])
}

async function blind(person: Person, name: string): Promise<void> {
  await until(async () => (await person.tile(name).locator('video:visible').count()) === 0, 10_000, () => `${person.persona.name} should not see ${name}`)
}

/** Chooses about a person in the list of people. */
async function act(person: Person, name: string, entry: string): Promise<void> {
  await person.panel('People')
  await person.button(`Actions for ${name}`).click()
  await person.page.getByRole('menuitem', { name: entry, exact: true }).click()
}

/** Chooses one of the permissions of one person. */
async function permit(name: string, right: RegExp, choice: string): Promise<void> {
  await act(ada, name, 'Permissions…')
  await ada.page.getByRole('dialog').getByRole('button', { name: right }).click()
  await ada.page.getByRole('option', { name: choice, exact: true }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
}

/** In the call: somebody who waits has a button to leave, too. */
const inside = (person: Person) => person.button('People').waitFor()

/** Gives the seat up, so that nothing of it is left to come back to. */
async function leave(person: Person): Promise<void> {
  await person.button('Leave').click()
  const sure = person.page.getByRole('dialog').getByRole('button', { name: 'Leave' })
  const left = person.page.getByRole('heading', { name: 'You have left the meeting' })
  await sure.or(left).waitFor()
  if (await sure.count()) await sure.click()
  await left.waitFor()
  await person.page.evaluate(() => sessionStorage.clear())
  await person.page.goto('about:blank')
}

const waiting = (person: Person) => person.page.getByRole('region', { name: 'Waiting' })

/** The page as it is on a desk and on a phone. */
async function shoot(person: Person, name: string): Promise<void> {
  const { page } = person
  for (const [size, width, height] of [['phone', 390, 844], ['desktop', 1280, 800]] as const) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: join(out, `${name}-${size}.png`), animations: 'disabled' })
  }
}

beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  server = await Server.start({ flags: ['--trusted-proxies', '127.0.0.0/8,::1/128'] })
  ;[ada, ben, cara, dan, eve] = await Promise.all([
    Person.open({ name: 'Ada', colour: colours.red, flags }),
    Person.open({ name: 'Ben', colour: colours.green, flags }),
    Person.open({ name: 'Cara', colour: colours.blue, flags }),
    Person.open({ name: 'Dan', devices: false, flags }),
    Person.open({ name: 'Eve', devices: false, flags }),
  ])
  for (const { page } of [ada, ben, cara, dan, eve]) page.setDefaultTimeout(15_000)
  await Promise.all([ada, ben, cara].map(watch))
  await call(ada, 'POST', '/setup', {
    secret: new URL(server.setupLink).hash.slice(1), organisation: 'Town of Exampleton', name: 'Ada', email: 'ada@town.example', password: 'correct horse battery',
  })
  const { secret } = await call<{ secret: string }>(ada, 'POST', '/account/totp')
  await call(ada, 'POST', '/account/totp/confirm', { code: totp(secret) })
  id = (await call<{ id: string }>(ada, 'POST', '/meetings', { name: 'Council' })).id
  meeting = `${server.url}/m/${id}`
  await Promise.all([
    ada.page.goto(meeting).then(() => ada.button('Join').click()),
    ben.join(meeting),
    cara.join(meeting),
  ])
  await inside(ada)
})

afterAll(async () => {
  await Promise.all([ada, ben, cara, dan, eve].map((person) => person?.close()))
  await server?.close()
})

test('attendees decode nobody’s camera but those of who runs the meeting when they may not', async () => {
  await Promise.all([ada.sees('Ben', colours.green), ada.sees('Cara', colours.blue), ben.sees('Cara', colours.blue), ben.sees('Ada', colours.red), cara.sees('Ben', colours.green)])
  const seen = await trackOf(ada, 'Cara')
  await ada.panel('People')
  await ada.button('Moderation').click()
  await ada.page.getByRole('tab', { name: 'Attendees may' }).click()
  await ada.page.getByText('See each other’s cameras', { exact: true }).click()
  await Promise.all([blind(ben, 'Cara'), blind(cara, 'Ben')])
  const host = await trackOf(ben, 'Ada')
  await decodesNothing(ben, ada, seen, [host])
  await ben.sees('Ada', colours.red)
  await ada.sees('Cara', colours.blue)
  await ada.page.getByText('See each other’s cameras', { exact: true }).click()
  await Promise.all([ben.sees('Cara', colours.blue), cara.sees('Ben', colours.green)])
  await ada.page.keyboard.press('Escape')
})

test('one person may not see the others, and they go on seeing him', async () => {
  const seen = await trackOf(cara, 'Ben')
  await permit('Ben', /See the others’ cameras/, 'Not allowed')
  await blind(ben, 'Cara')
  await decodesNothing(ben, cara, seen, [await trackOf(ben, 'Ada')])
  await permit('Ben', /See the others’ cameras/, 'As for everyone (allowed)')
  await ben.sees('Cara', colours.blue)
})

test('one person’s camera is taken, and the others keep theirs', async () => {
  const seen = await trackOf(ada, 'Ben')
  await permit('Cara', /Use the camera/, 'Not allowed')
  await Promise.all([blind(ada, 'Cara'), blind(ben, 'Cara')])
  await decodesNothing(ada, ada, seen, [seen])
  await ada.sees('Ben', colours.green)
  await cara.page.getByText('You may not use your camera at the moment').first().waitFor()
  await permit('Cara', /Use the camera/, 'As for everyone (allowed)')
  await cara.page.getByText('You may use your camera now').first().waitFor()
  await cara.button('Camera').click()
  await Promise.all([ada.sees('Cara', colours.blue), ben.sees('Cara', colours.blue)])
})

test('without private chat among attendees, presenters can still be written to', async () => {
  await act(ada, 'Ben', 'Make presenter')
  await set({ policy: { chatPrivate: false } })
  await cara.panel('Chat')
  await until(
    async () => {
      await cara.button(/Recipient$/).click()
      const names = await cara.page.getByRole('option').allTextContents()
      await cara.page.keyboard.press('Escape')
      return names.join() === 'Everyone,Ada,Ben' || names.join() === 'Everyone,Ben,Ada'
    },
    5000,
    () => 'Cara should have the choice of all who run the meeting',
  )
  await act(cara, 'Ben', 'Write privately')
  await cara.page.getByRole('textbox', { name: 'Message only to Ben' }).fill('a word with the speaker')
  await cara.page.keyboard.press('Enter')
  await ben.panel('Chat')
  await ben.page.getByText('a word with the speaker').waitFor()
  await ben.page.getByText('Only to you', { exact: true }).waitFor()
  await act(ada, 'Ben', 'Make attendee')
  // What was begun to somebody who may not be written to any more is not sent to others.
  await cara.page.getByRole('textbox', { name: 'Message only to Ben' }).fill('too late')
  await until(async () => cara.button('Send only to Ben').isDisabled(), 5000, () => 'Cara may not write to Ben any more')
  expect(await ada.page.getByText('a word with the speaker').count()).toBe(0)
  await Promise.all([ben.panel(null), cara.panel(null)])
})

test('who becomes a moderator gets the people who wait, and loses them with the role', async () => {
  await set({ policy: { chatPrivate: true }, lobby: { mode: 'guests', signedIn: false, invited: false, domains: [] } })
  await Promise.all([dan, eve].map((person) => person.page.goto(meeting)))
  for (const person of [dan, eve]) await person.knock()
  await ben.panel('People')
  expect(await waiting(ben).count()).toBe(0)
  await ben.page.evaluate(() => {
    const heard = new Set<string>()
    Object.assign(window, { heard })
    new MutationObserver(() => {
      for (const region of document.querySelectorAll('[data-live-announcer]')) heard.add(region.textContent ?? '')
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  const heard = () => ben.page.evaluate(() => [...(window as unknown as { heard: Set<string> }).heard].join('; '))
  await act(ada, 'Ben', 'Make moderator')
  await waiting(ben).getByText('Dan', { exact: true }).waitFor()
  await waiting(ben).getByText('Eve', { exact: true }).waitFor()
  await until(async () => (await heard()).includes('Dan and Eve are waiting'), 5000, () => 'Ben should hear who waits')
  expect(await heard()).not.toMatch(/passcode|has changed/)
  await passes(ben.page, 'the list of who waits, for a new moderator')
  // A door changed meanwhile is known too.
  await ben.button('Moderation').click()
  expect(await ben.page.getByRole('radio', { name: 'Guests' }).isChecked()).toBe(true)
  await ben.page.keyboard.press('Escape')

  await act(ada, 'Ben', 'Make attendee')
  await until(async () => (await waiting(ben).count()) === 0, 5000, () => 'Ben should not see who waits any more')
  await until(async () => (await ben.button('Moderation').count()) === 0, 5000, () => 'nor be able to moderate')
  await act(ada, 'Ben', 'Make moderator')
  await waiting(ben).getByText('Dan', { exact: true }).waitFor()
})

test('a restart of the server keeps who waits, in their order', async () => {
  await ada.panel('People')
  expect(await waiting(ada).getByRole('listitem').allTextContents()).toEqual([expect.stringContaining('Dan'), expect.stringContaining('Eve')])
  await server.stop()
  const lost = ada.page.getByText('Reconnecting', { exact: true })
  await lost.waitFor()
  await Promise.all([dan, eve].map((person) => person.page.getByText('The connection is lost. You are being reconnected; your place is kept.').waitFor()))
  await passes(dan.page, 'waiting while the server is away')
  await server.run()
  await lost.waitFor({ state: 'detached' })
  await Promise.all([dan, eve].map((person) => person.page.getByText(/You have just come|You have been waiting/).waitFor()))
  await until(async () => (await waiting(ada).getByRole('listitem').count()) === 2, 15_000, () => 'both should wait again')
  expect(await waiting(ada).getByRole('listitem').allTextContents()).toEqual([expect.stringContaining('Dan'), expect.stringContaining('Eve')])
  for (const person of [dan, eve]) expect(await person.page.getByRole('heading', { name: 'Waiting to be let in' }).count()).toBe(1)
  await waiting(ada).getByRole('listitem').filter({ hasText: 'Dan' }).getByRole('button', { name: 'Admit', exact: true }).click()
  await inside(dan)
  expect(await eve.page.getByRole('heading', { name: 'Waiting to be let in' }).count()).toBe(1)
  await waiting(ada).getByRole('button', { name: 'Admit', exact: true }).click()
  await inside(eve)
})

test('the host’s PIN makes a guest an owner; wrong ones do not, and not too many', async () => {
  await leave(eve)
  await set({ lobby: { mode: 'off', signedIn: false, invited: false, domains: [] } })
  const desk = await ada.context.newPage()
  await desk.goto(server.url)
  await desk.getByRole('button', { name: /^Settings of/ }).click()
  await desk.getByRole('button', { name: /^Host PIN/ }).click()
  await desk.getByRole('button', { name: 'Set a PIN' }).click()
  await desk.getByLabel('New PIN').fill('24680')
  await desk.getByRole('button', { name: 'Set PIN' }).click()
  await desk.getByText('A PIN has 6 to 12 digits.').waitFor()
  await desk.getByLabel('New PIN').fill('246810')
  await desk.getByRole('button', { name: 'Set PIN' }).click()
  await desk.getByText('246810', { exact: true }).waitFor()
  await passes(desk, 'the host’s PIN in the settings', true)
  await desk.close()

  const claim = async (person: Person) => {
    await person.button('More').click()
    await person.page.getByRole('menuitem', { name: 'I am the host…' }).click()
    return person.page.getByRole('dialog').getByLabel('Host PIN', { exact: true })
  }
  await eve.join(meeting)
  const field = await claim(eve)
  await field.fill('111111')
  await eve.page.keyboard.press('Enter')
  await eve.page.getByText('This is not the host PIN. Check it and try again.').waitFor()
  await passes(eve.page, 'a wrong PIN', true)
  await shoot(eve, '90-host-pin')
  await field.fill('246810')
  await eve.button('Become owner').click()
  await eve.page.getByText('You are now an owner of this meeting').first().waitFor()
  await eve.panel('People')
  await eve.button('Moderation').waitFor()
  await eve.panel(null)
  await eve.button('More').click()
  await eve.page.getByRole('menuitem', { name: 'Moderation' }).waitFor()
  expect(await eve.page.getByRole('menuitem', { name: 'I am the host…' }).count()).toBe(0)
  await eve.page.keyboard.press('Escape')

  await dan.page.reload() // was in before there was a PIN
  await inside(dan)
  const guess = await claim(dan)
  const wrong = dan.page.getByText('This is not the host PIN. Check it and try again.')
  for (let n = 0; n < 5; n++) {
    await guess.fill(`12345${n}`)
    await wrong.waitFor({ state: 'detached' })
    await dan.page.keyboard.press('Enter')
    await wrong.waitFor()
  }
  await guess.fill('246810')
  await dan.page.keyboard.press('Enter')
  await dan.page.getByText('The host PIN was wrong too often. Wait a few minutes and try again.').waitFor()
  await passes(dan.page, 'too many wrong PINs', true)
  await dan.page.keyboard.press('Escape')
  await Promise.all([dan, eve, ben, cara].map(leave))
})

test('an account is known at the door by its address or its domain, and who has none is led to sign in and back', async () => {
  await set({ accountRequired: true, roles: [{ kind: 'email', value: 'ben@town.example', role: 'moderator' }, { kind: 'domain', value: 'press.example', role: 'presenter' }] })
  for (const [person, email] of [[ben, 'ben@town.example'], [cara, 'cara@press.example']] as const) {
    const { link } = await call<{ link: string }>(ada, 'POST', '/people', { name: person.persona.name, email })
    await call(person, 'POST', '/welcome', { secret: new URL(link).hash.slice(1), password: 'a long enough password' })
  }
  await call(ben, 'DELETE', '/session')

  await ben.page.goto(meeting)
  await ben.page.getByText('You need an account for this meeting').waitFor()
  expect(await ben.button('Join').count()).toBe(0)
  await passes(ben.page, 'an account is required')
  await ben.page.getByRole('link', { name: 'Sign in' }).click()
  await ben.page.getByLabel('E-mail address').fill('ben@town.example')
  await ben.page.getByLabel('Password', { exact: true }).fill('a long enough password')
  await ben.page.keyboard.press('Enter')
  await ben.page.waitForURL(meeting)
  await ben.page.getByText('You join as a moderator.').waitFor()
  await ben.button('Join').click()
  await inside(ben)
  await ben.panel('People')
  await ben.button('Moderation').waitFor()

  await cara.page.goto(meeting)
  await cara.page.getByText('You join as a presenter and may share your screen.').waitFor()
  await cara.button('Join').click()
  await inside(cara)

  const { link } = await call<{ link: string }>(ada, 'POST', `/meetings/${id}/invites`, { role: 'attendee', name: 'Daniel' })
  await dan.page.goto(link)
  await dan.page.getByText('Daniel').waitFor()
  await dan.button('Join').click()
  await inside(dan)
})

test('whoever guesses passcodes has to wait, and others do not', async () => {
  await set({ accountRequired: false, passcode: 'sesame-1' })
  await leave(dan)
  await dan.page.goto(meeting)
  await dan.page.getByLabel('Your name').fill('Dan')
  const field = dan.page.getByLabel('Passcode', { exact: true })
  await field.fill('guess')
  await dan.button('Join').click()
  await dan.page.getByText('This is not the passcode. Check it and try again.').waitFor()
  // The rest of the tries from the same page, without the typing.
  const codes = await dan.page.evaluate(async (path) => {
    const answers: string[] = []
    for (let n = 0; n < 9; n++) {
      const body = JSON.stringify({ name: 'Dan', passcode: `guess ${n}` })
      const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
      answers.push(((await answer.json()) as { code: string }).code)
    }
    return answers
  }, `/api/v1/meetings/${id}/ticket`)
  expect(codes).toEqual(Array<string>(9).fill('passcode.wrong'))
  await field.fill('sesame-1')
  await dan.button('Join').click()
  await dan.page.getByText(/^There were too many attempts. You can try again in \d+ minutes?\.$/).waitFor()
  await passes(dan.page, 'too many wrong passcodes')

  await eve.context.setExtraHTTPHeaders({ 'X-Forwarded-For': '198.51.100.7' })
  await eve.page.goto(meeting)
  await eve.page.getByLabel('Your name').fill('Eve')
  await eve.page.getByLabel('Passcode', { exact: true }).fill('sesame-1')
  await eve.button('Join').click()
  await inside(eve)
})

test('when all places are taken, people come in one after the other, and moderators always', async () => {
  for (const { page } of [ada, ben, cara, dan, eve]) await page.goto('about:blank')
  await eve.context.setExtraHTTPHeaders({})
  server.cli('tenant', 'create', '--name', 'Rowing club', '--host', club, '--places', '2', '--admin-email', 'olga@rowing.example')
  const made = JSON.parse(server.cli('meeting', 'create', '--host', club, '--name', 'Regatta', '--json')) as { links: Links }
  const { attendee, moderator } = made.links
  expect(new URL(attendee).host).toBe(`${club}:${server.port}`)
  await Promise.all([ben.join(attendee), cara.join(attendee)])

  const line = async (person: Person, words: string) => {
    await person.page.getByRole('heading', { name: 'Waiting for a free place' }).waitFor()
    await person.page.getByText(words, { exact: true }).waitFor()
  }
  await Promise.all([dan, eve].map((person) => person.page.goto(attendee)))
  for (const [person, words] of [[dan, 'You are next.'], [eve, '1 person is before you.']] as const) {
    await person.page.getByLabel('Your name').fill(person.persona.name)
    await person.button('Join').click()
    await line(person, words)
  }
  await passes(eve.page, 'waiting for a free place')
  await shoot(eve, '91-waiting-for-a-place')
  await leave(ben)
  await inside(dan)
  await line(eve, 'You are next.')

  await ada.join(moderator)
  await ada.panel('People')
  await waiting(ada).getByText('Eve', { exact: true }).waitFor()
  await passes(ada.page, 'somebody waits for a place')
  await leave(ada)
  await line(eve, 'You are next.')
  await leave(cara)
  await inside(eve)
})

test('nobody’s console has anything to complain about', () => {
  const said = [ada, ben, cara, dan, eve].flatMap(({ errors }) => errors).filter((words) => !/Failed to load resource|WebSocket connection/.test(words))
  expect(said).toEqual([])
})
