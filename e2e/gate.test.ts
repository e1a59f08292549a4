import { afterAll, beforeAll, expect, test } from 'vitest'
import { passes } from './lib/axe.ts'
import { colours } from './lib/fakemedia.ts'
import { Person, until } from './lib/person.ts'
import { type Links, Server } from './lib/server.ts'

let server: Server
let links: Links
/** Owns a meeting of her own and runs both. */
let ada: Person
let gus: Person
let eve: Person
/** The meeting that Ada has made on the start page. */
let own = ''

beforeAll(async () => {
  server = await Server.start()
  links = server.createMeeting('Council sitting').links
  ada = await Person.open({ name: 'Ada', colour: colours.red })
  gus = await Person.open({ name: 'Gus', colour: colours.green })
  eve = await Person.open({ name: 'Eve', devices: false })
  for (const { page } of [ada, gus, eve]) page.setDefaultTimeout(20_000)
  await ada.setUp(server.setupLink)
  own = await ada.newMeeting()
  await ada.join(links.moderator)
})

afterAll(async () => {
  await Promise.all([ada, gus, eve].map((person) => person?.close()))
  await server?.close()
})

/** The part of the host tools that is about the door; left open. */
async function door() {
  if (await ada.page.getByRole('dialog', { name: 'Moderation' }).count()) return
  await ada.panel('People')
  await ada.button('Moderation').click()
}

const waiting = () => ada.page.getByRole('region', { name: 'Waiting' })
const waits = (person: Person) => person.page.getByRole('heading', { name: 'Waiting to be let in' })

test('with a lobby, guests are told before that they wait, and nothing of the room reaches them', async () => {
  await door()
  await ada.page.getByText('Guests', { exact: true }).click()
  await until(async () => ada.page.getByRole('radio', { name: 'Guests' }).isChecked(), 5000, () => 'the lobby should be on')
  await passes(ada.page, 'host tools', true)
  await ada.page.keyboard.press('Escape')
  await ada.panel(null)

  await gus.page.goto(links.attendee)
  await gus.page.getByText('You will wait until you are let in.').waitFor()
  const before = gus.requests.length
  const heard: string[] = []
  gus.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))))
  await gus.knock()
  await passes(gus.page, 'the page of somebody who waits')
  expect(gus.requests.slice(before).filter((url) => url.includes('/rtc'))).toEqual([])
  expect(heard.join()).not.toMatch(/Ada|"seats"|"token"/)
})

test('moderators get the list with names as typed, a badge, and can write', async () => {
  await ada.page.getByText('Gus is waiting to be let in').first().waitFor()
  expect(await ada.button('People').evaluate((button) => document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent)).toMatch(
    /1 person waiting to be let in/,
  )
  await ada.panel('People')
  await waiting().getByText('Gus', { exact: true }).waitFor()
  await passes(ada.page, 'the list of who waits')
  await ada.button('More about Gus').click()
  await ada.page.getByRole('menuitem', { name: 'Write a message…' }).click()
  await ada.page.getByRole('textbox', { name: 'Message' }).fill('Five more minutes')
  await ada.button('Send').click()
  await gus.page.getByText('Five more minutes', { exact: true }).waitFor()
})

test('a reload keeps the place and the message; being admitted leads straight into the call', async () => {
  await gus.page.reload()
  await waits(gus).waitFor()
  await gus.page.getByText('Five more minutes', { exact: true }).waitFor()
  await waiting().getByRole('button', { name: 'Admit', exact: true }).click()
  await gus.button('Leave').waitFor()
  await gus.button('Microphone').waitFor()
  await ada.sees('Gus', colours.green)
  await until(async () => (await waiting().count()) === 0, 5000, () => 'nobody should wait any more')
})

test('who is denied reads why', async () => {
  await eve.page.goto(links.attendee)
  await eve.knock()
  await ada.button('More about Eve').click()
  await ada.page.getByRole('menuitem', { name: 'Deny with a message…' }).click()
  await ada.page.getByRole('textbox', { name: /^Message/ }).fill('Members only today')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click()
  await eve.page.getByRole('heading', { name: 'You were not let in' }).waitFor()
  await eve.page.getByText('Members only today').waitFor()
  await passes(eve.page, 'the page of somebody denied')
})

test('a passcode set in the running meeting asks newcomers only', async () => {
  await door()
  await ada.page.getByText('Nobody', { exact: true }).click()
  await ada.button('Set a passcode').click()
  await ada.page.getByLabel('New passcode').fill('sesame-1')
  await ada.button('Set passcode').click()
  await ada.page.getByText('sesame-1', { exact: true }).waitFor()
  await ada.page.keyboard.press('Escape')
  expect(await gus.button('Leave').count()).toBe(1)

  await eve.page.goto(`${server.url}${new URL(links.attendee).pathname}`)
  await eve.page.getByLabel('Your name').fill('Eve')
  await eve.page.getByLabel('Passcode', { exact: true }).fill('guess')
  await eve.button('Join').click()
  await eve.page.getByText('This is not the passcode. Check it and try again.').waitFor()
  await passes(eve.page, 'a wrong passcode')
  await eve.page.getByLabel('Passcode', { exact: true }).fill('sesame-1')
  await eve.button('Join').click()
  await eve.button('Leave').waitFor()
})

test('a private message reaches one person and says so to both', async () => {
  await eve.panel('Chat')
  await ada.panel('People')
  await ada.button('Actions for Gus').click()
  await ada.page.getByRole('menuitem', { name: 'Write privately' }).click()
  await ada.page.getByRole('textbox', { name: 'Message only to Gus' }).fill('only for you')
  await ada.page.keyboard.press('Enter')
  await ada.page.getByText('Only to Gus', { exact: true }).waitFor()
  await gus.panel('Chat')
  await gus.page.getByText('only for you').waitFor()
  await gus.page.getByText('Only to you', { exact: true }).waitFor()
  await passes(gus.page, 'a private message')
  await ada.button('Write to everyone again').click()
  await ada.page.getByRole('textbox', { name: 'Message to everyone' }).fill('for all')
  await ada.page.keyboard.press('Enter')
  await eve.page.getByText('for all').waitFor()
  expect(await eve.page.getByText('only for you').count()).toBe(0)
  await eve.panel(null)
  await gus.panel(null)
})

test('one person’s rights differ from the rules, with effect at once', async () => {
  await ada.panel('People')
  await ada.button('Actions for Gus').click()
  await ada.page.getByRole('menuitem', { name: 'Permissions…' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: /Use the camera/ }).click()
  await ada.page.getByRole('option', { name: 'Not allowed' }).click()
  await passes(ada.page, 'permissions of one person', true)
  await ada.page.keyboard.press('Escape')
  await until(async () => (await ada.tile('Gus').locator('video:visible').count()) === 0, 5000, () => 'the picture should be gone')
  await gus.page.getByText('You may not use your camera at the moment').first().waitFor()
  await ada.page.getByText(/own permissions/).waitFor()
})

test('hidden people are in nobody’s list but the moderators’', async () => {
  await ada.button('Moderation').click()
  await ada.page.getByRole('tab', { name: 'Attendees may' }).click()
  await ada.page.getByText('See who is here', { exact: true }).click()
  await until(async () => (await gus.tile('Eve').count()) === 0, 5000, () => 'Gus should not see Eve')
  await ada.page.keyboard.press('Escape')
  await gus.panel('People')
  await gus.page.getByText(/Others may be here too/).waitFor()
  expect(await gus.page.getByText('Eve', { exact: true }).count()).toBe(0)
  await ada.page.getByRole('list').getByText('Eve', { exact: true }).first().waitFor()
  await ada.button('Moderation').click()
  await ada.page.getByRole('tab', { name: 'Attendees may' }).click()
  await ada.page.getByText('See who is here', { exact: true }).click()
  await gus.tile('Eve').waitFor()
  await ada.page.keyboard.press('Escape')
  await gus.panel(null)
})

test('a personal link binds the name, works once, and throws out who came by it when withdrawn', async () => {
  for (const person of [ada, gus, eve]) await person.page.goto('about:blank')
  const link = await ada.makeLink(server.url, { name: 'Gustav Adolf' })
  await ada.join(own)
  await gus.page.goto(link)
  await gus.page.getByText('Gustav Adolf').waitFor()
  expect(await gus.page.getByLabel('Your name').count()).toBe(0)
  await passes(gus.page, 'an invitation made out to a name')
  await gus.button('Join').click()
  await gus.button('Leave').waitFor()
  await ada.tile('Gustav Adolf').waitFor()

  await eve.page.goto(link)
  await eve.page.getByRole('heading', { name: 'This link has been used' }).waitFor()

  const desk = await ada.context.newPage()
  await desk.goto(server.url)
  await desk.getByRole('button', { name: /^Settings of/ }).click()
  await desk.getByRole('button', { name: /^Personal links/ }).click()
  await desk.getByRole('button', { name: 'Withdraw' }).click()
  await desk.getByRole('alertdialog').getByRole('button', { name: 'Withdraw' }).click()
  await gus.page.getByRole('heading', { name: 'Your invitation was withdrawn' }).waitFor()
  await gus.page.goto('about:blank')
  await gus.page.goto(link)
  await gus.page.getByRole('heading', { name: 'Your invitation was withdrawn' }).waitFor()
  await desk.close()
})

test('a link that is over says so', async () => {
  await ada.page.goto('about:blank')
  const link = await ada.makeLink(server.url, { lasts: 4000 })
  const over = gus.page.getByRole('heading', { name: 'This link has expired' })
  await until(
    async () => {
      await gus.page.goto('about:blank')
      await gus.page.goto(link)
      await over.or(gus.button('Join')).waitFor()
      return (await over.count()) === 1
    },
    20_000,
    () => 'the link should expire',
  )
  await passes(gus.page, 'an expired link')
})

test('who is banned stays out until the ban is lifted', async () => {
  const link = await ada.makeLink(server.url, { name: 'Rowdy', uses: 'any' })
  // This tab has a seat there already.
  await ada.page.goto(own)
  await ada.button('Leave').waitFor()
  await gus.page.goto('about:blank')
  await gus.page.goto(link)
  await gus.button('Join').click()
  await gus.button('Leave').waitFor()
  await ada.panel('People')
  await ada.button('Actions for Rowdy').click()
  await ada.page.getByRole('menuitem', { name: 'Remove…' }).click()
  await ada.page.getByText('Ban from this meeting', { exact: true }).click()
  await ada.button('Remove').click()
  await gus.page.getByRole('heading', { name: /cannot take part|were removed/ }).waitFor()
  await gus.page.goto('about:blank')
  await gus.page.goto(link)
  await gus.page.getByRole('heading', { name: 'You cannot take part in this meeting' }).waitFor()
  await passes(gus.page, 'the page of somebody banned')

  await ada.page.goto(server.url)
  await ada.button(/^Settings of/).click()
  await ada.button(/^Banned/).click()
  await ada.page.getByText('Rowdy').waitFor()
  await passes(ada.page, 'who is banned', true)
  await ada.button('Lift ban').click()
  await ada.page.getByText(/Nobody is banned/).waitFor()
  await gus.page.goto('about:blank')
  await gus.page.goto(link)
  await gus.button('Join').waitFor()
})

test('nobody’s console has anything to complain about', () => {
  const said = [ada, gus, eve].flatMap(({ errors }) => errors).filter((line) => !line.includes('Failed to load resource'))
  expect(said).toEqual([])
})
