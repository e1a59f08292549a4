import { afterAll, beforeAll, expect, test } from 'vitest'
import { Person, until } from './lib/person.ts'
import { Server } from './lib/server.ts'

let server: Server
let owner: Person
let guest: Person

beforeAll(async () => {
  server = await Server.start()
  owner = await Person.open({ name: 'Olga' })
  guest = await Person.open({ name: 'Gus', devices: false })
})

afterAll(async () => {
  await Promise.all([owner?.close(), guest?.close()])
  await server?.close()
})

let link = ''

test('the set-up link makes the organisation and its owner, once', async () => {
  const { page } = owner
  expect(server.setupLink).not.toBe('')
  await page.goto(server.setupLink)
  await page.getByLabel(/organisation/i).fill('Town of Exampleton')
  await page.getByLabel(/your name/i).fill('Olga')
  await page.getByLabel(/e-mail/i).fill('olga@example.org')
  await page.getByLabel(/^password/i).fill('correct horse battery')
  await page.keyboard.press('Enter')
  await owner.button(/new meeting/i).first().waitFor()

  await guest.page.goto(server.setupLink)
  await until(async () => (await guest.page.getByLabel(/organisation/i).count()) === 0, 10_000, () => 'the link should not work twice')
})

test('one click makes a meeting with a link nobody can guess', async () => {
  await owner.button(/new meeting/i).first().click()
  const shown = owner.page.getByText(/\/m\/[a-z2-7]{26}/).first()
  await shown.waitFor()
  link = `${server.url}/m/${/[a-z2-7]{26}/.exec((await shown.textContent()) ?? '')?.[0]}`
})

test('the session survives a restart of the server', async () => {
  await server.stop()
  await server.run()
  await owner.page.goto(server.url)
  await owner.button(/new meeting/i).first().waitFor()
})

test('a guest without any device joins with a name and one click', async () => {
  await guest.page.goto(link)
  await guest.page.getByLabel('Your name').fill('Gus')
  await guest.button('Join').click()
  await guest.button('Leave').waitFor()
})

test('the owner joins their own meeting and moderates it', async () => {
  await owner.page.goto(link)
  await owner.button('Join').click()
  await owner.button('Leave').waitFor()
  await guest.tile('Olga').waitFor()
  await owner.button('Leave').click()
  await owner.button('End meeting for all').waitFor()
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
})

test('a guest leaves with one click', async () => {
  await guest.button('Leave').click()
  await guest.page.getByRole('heading', { name: 'You have left the meeting' }).waitFor()
})

test('a wrong link, a wrong password and an impossible name get plain words', async () => {
  await guest.page.goto(`${server.url}/m/aaaaaaaaaaaaaaaaaaaaaaaaaa`)
  await guest.page.getByRole('heading', { name: /link|meeting/i }).first().waitFor()
  expect(await guest.page.getByLabel('Your name').count()).toBe(0)

  await guest.page.goto(`${server.url}/signin`)
  await guest.page.getByLabel(/e-mail/i).fill('olga@example.org')
  await guest.page.getByLabel(/^password/i).fill('wrong password here')
  await guest.page.keyboard.press('Enter')
  await guest.page.getByText(/do not match|not correct|wrong/i).first().waitFor()

  await guest.page.goto('about:blank')
  await guest.page.goto(link)
  await guest.page.getByLabel('Your name').fill('x'.repeat(10_000))
  await guest.button('Join').click()
  await guest.page.getByText(/long|100/i).first().waitFor()
  expect(await guest.button('Leave').count()).toBe(0)
})

test('signing out ends the session', async () => {
  await owner.page.goto(server.url)
  await owner.page.getByRole('button', { name: /account|Olga/i }).first().click()
  await owner.page.getByRole('menuitem', { name: /sign out/i }).click()
  await owner.page.getByLabel(/e-mail/i).waitFor()
  await owner.page.goto(server.url)
  await until(async () => (await owner.button(/new meeting/i).count()) === 0, 5_000, () => 'the session should be over')
})
