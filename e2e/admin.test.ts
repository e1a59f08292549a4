import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passes } from './lib/axe.ts'
import { Person, until } from './lib/person.ts'
import { Server } from './lib/server.ts'
import { Authenticator } from './lib/totp.ts'

const password = 'correct horse battery'
const email = 'olga@example.org'

let server: Server
let olga: Person
let bram: Person
let app: Authenticator
let recoveryCodes: string[] = []
let welcome = ''

beforeAll(async () => {
  server = await Server.start()
  olga = await Person.open({ name: 'Olga', devices: false })
  bram = await Person.open({ name: 'Bram', devices: false })
})

afterAll(async () => {
  await Promise.all([olga?.close(), bram?.close()])
  await server?.close()
})

/** Opens a page and waits until it has said its name. */
async function open(page: Page, path: string, heading: string): Promise<void> {
  await page.goto(server.url + path)
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  await page.waitForLoadState('networkidle')
}

async function typePassword(page: Page, address: string, words: string): Promise<void> {
  await page.goto(`${server.url}/signin`)
  await page.getByLabel('E-mail address').fill(address)
  await page.getByLabel('Password', { exact: true }).fill(words)
  await page.keyboard.press('Enter')
}

/** Answers the question "is it you?" with a code of the app. */
async function confirmByCode(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Confirm it is you' })
  await dialog.waitFor()
  await passes(page, 'confirm it is you', true)
  await dialog.getByLabel('Six-digit code').fill(await app.code())
  await dialog.waitFor({ state: 'detached' })
}

const said = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor()

test('an administrator is led through the second factor first', async () => {
  const { page } = olga
  await page.goto(server.setupLink)
  await page.getByLabel(/organisation/i).fill('Town of Exampleton')
  await page.getByLabel(/your name/i).fill('Olga')
  await page.getByLabel(/e-mail/i).fill(email)
  await page.getByLabel(/^password/i).fill(password)
  await page.keyboard.press('Enter')
  await olga.button('New meeting').waitFor()
  await olga.button(/Account of Olga/).click()
  await page.getByRole('menuitem', { name: 'Administration' }).click()
  await page.getByRole('heading', { name: 'One more lock on your account' }).waitFor()
  await passes(page, 'second factor first')
  await olga.button('An app on my phone').click()
  const dialog = page.getByRole('dialog', { name: 'Confirm it is you' })
  const picture = page.getByRole('img', { name: /QR code/ })
  await dialog.or(picture).first().waitFor()
  if (await dialog.count()) {
    await dialog.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
  }
  await picture.waitFor()
  await passes(page, 'authenticator app')
  app = new Authenticator((await page.locator('code').first().textContent()) ?? '')
  await page.getByLabel('Six-digit code').fill(await app.code())
  const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await codes.first().waitFor()
  recoveryCodes = await codes.allTextContents()
  expect(recoveryCodes).toHaveLength(10)
  await passes(page, 'recovery codes')
  await olga.button('I have kept them: go on').click()
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
})

test('every page of the administration and of the account passes axe and shows no mistakes', async () => {
  const { page } = olga
  const pages: [string, string][] = [
    ['/admin', 'Overview'],
    ['/admin/people', 'People'],
    ['/admin/meetings', 'Running meetings'],
    ['/admin/policies', 'Policies'],
    ['/admin/organisation', 'Organisation'],
    ['/admin/providers', 'Sign-in providers'],
    ['/admin/keys', 'API keys'],
    ['/admin/audit', 'Audit log'],
    ['/admin/pool', 'Connections'],
    ['/admin/organisations', 'Organisations'],
    ['/account', 'My account'],
    ['/privacy', 'What this server keeps'],
  ]
  for (const [path, heading] of pages) {
    await open(page, path, heading)
    expect(await page.getByRole('alert').allTextContents(), path).toEqual([])
    await passes(page, path)
  }
})

test('a person is added and sets their password with the one-time link, once', async () => {
  const { page } = olga
  await open(page, '/admin/people', 'People')
  await olga.button('Add a person').click()
  const dialog = page.getByRole('dialog')
  await passes(page, 'add a person', true)
  await dialog.getByLabel('Name', { exact: true }).fill('Bram Jansen')
  await dialog.getByLabel('E-mail address').fill('bram@example.org')
  await dialog.getByRole('button', { name: 'Add a person' }).click()
  await page.getByRole('heading', { name: 'Send this link to Bram Jansen' }).waitFor()
  welcome = (await dialog.locator('code').textContent()) ?? ''
  expect(welcome).toContain('/welcome#')
  await olga.button('Done').click()
  await page.getByRole('rowheader', { name: /Bram Jansen/ }).waitFor()

  await bram.page.goto(welcome)
  await bram.page.getByRole('heading', { name: 'Welcome, Bram Jansen' }).waitFor()
  await passes(bram.page, 'welcome')
  await bram.page.getByLabel('Password', { exact: true }).fill('a password of Bram')
  await bram.page.keyboard.press('Enter')
  await bram.button('New meeting').waitFor()

  await page.goto('about:blank')
  await page.goto(welcome)
  await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
})

test('whoever administers nothing sees no administration', async () => {
  await bram.page.goto(`${server.url}/admin/people`)
  await bram.page.getByRole('heading', { name: 'This page is for administrators' }).waitFor()
  const answer = await bram.page.evaluate(async () => (await fetch('/api/v1/people')).status)
  expect(answer).toBe(403)
})

test('signing in asks for the second factor: a wrong code, the app, a recovery code once', async () => {
  const one = await Person.open({ name: 'Olga elsewhere', devices: false })
  try {
    const { page } = one
    await typePassword(page, email, password)
    const code = page.getByLabel('Six-digit code')
    await code.waitFor()
    await passes(page, 'second factor')
    expect(await page.evaluate(async () => ((await (await fetch('/api/v1/session')).json()) as { user: unknown }).user)).toBeNull()
    await code.fill('000000')
    await said(page, /code is wrong/)
    await code.fill(await app.code())
    await one.button('New meeting').waitFor()
    await one.button(/Account of Olga/).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()

    for (const works of [true, false]) {
      await typePassword(page, email, password)
      await one.button('Use a recovery code').click()
      await page.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '')
      await page.keyboard.press('Enter')
      if (works) {
        await one.button('New meeting').waitFor()
        await one.button(/Account of Olga/).click()
        await page.getByRole('menuitem', { name: 'Sign out' }).click()
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      } else await page.getByRole('alert').waitFor()
    }
  } finally {
    await one.close()
  }
})

test('a passkey is added, signs in alone and is deleted', async () => {
  const { page, context } = olga
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  await open(page, '/account', 'My account')
  await olga.button('Add a passkey').click()
  const list = page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem')
  const question = page.getByRole('dialog', { name: 'Confirm it is you' })
  await question.or(list).first().waitFor()
  if (await question.count()) await confirmByCode(page)
  await list.first().waitFor()
  await passes(page, 'account with a passkey')
  await page.getByRole('button', { name: /^Rename Passkey/ }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Laptop at work')
  await page.keyboard.press('Enter')
  await page.getByText('Laptop at work').waitFor()

  // The sign-in page offers it among the suggestions by itself, which an authenticator that needs no touch takes
  // before anybody has seen the page.
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false })
  await olga.button(/Account of Olga/).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true })
  await until(
    async () => {
      const button = olga.button('Sign in with a passkey')
      if (await button.count()) await button.click({ timeout: 1_000 }).catch(() => undefined)
      return (await olga.button('New meeting').count()) === 1
    },
    15_000,
    () => 'the passkey should sign in',
  )
  await open(page, '/admin', 'Overview') // it counts as both factors
  await open(page, '/account', 'My account')
  await olga.button('Delete Laptop at work').click()
  if (await question.count()) await confirmByCode(page)
  await until(async () => (await page.getByText('Laptop at work').count()) === 0, 10_000, () => 'the passkey should be gone')
})

test('sessions are listed, and ending one signs that browser out', async () => {
  const other = await Person.open({ name: 'Olga elsewhere', devices: false })
  try {
    await typePassword(other.page, email, password)
    await other.page.getByLabel('Six-digit code').fill(await app.code())
    await other.button('New meeting').waitFor()
    const { page } = olga
    await open(page, '/account', 'My account')
    const sessions = page.getByRole('list', { name: 'Where you are signed in' })
    await sessions.getByText('This browser').waitFor()
    await sessions.getByRole('button', { name: /^End/ }).first().click()
    await said(page, 'The session was ended')
    await other.page.goto(server.url)
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  } finally {
    await other.close()
  }
})

test('policies are kept, and only what is dangerous asks again', async () => {
  const { page } = olga
  await open(page, '/admin/policies', 'Policies')
  await page.getByText('share their screen').click()
  await page.getByText('Guests without an account').click()
  await olga.button('Save').click()
  await said(page, 'Saved')
  await page.reload()
  const share = page.getByRole('checkbox', { name: 'share their screen' })
  await share.waitFor()
  expect(await share.isChecked()).toBe(false)
  expect(await page.getByRole('radio', { name: 'Guests without an account' }).isChecked()).toBe(true)
})

test('the colour of the organisation is on every page, corrected for contrast', async () => {
  const { page } = olga
  await open(page, '/admin/organisation', 'Organisation')
  await page.getByLabel('Colour', { exact: true }).fill('#ffd000')
  await said(page, /hard to read/)
  await passes(page, 'a light colour')
  await olga.button('Save').first().click()
  await said(page, 'Saved')
  await page.getByLabel('Name of the organisation').fill('City of Exampleton')
  await olga.button('Save').first().click()
  await bram.page.goto(server.url)
  await said(bram.page, 'City of Exampleton')
  const colour = await bram.button('New meeting').evaluate((button) => getComputedStyle(button).backgroundColor)
  expect(colour).not.toBe('rgb(18, 96, 111)')
  await passes(bram.page, 'home in the organisation’s colour')
})

test('a key is shown once, works for what it may, and is revoked', async () => {
  const { page } = olga
  await open(page, '/admin/keys', 'API keys')
  await olga.button('Make a key').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('What it is for').fill('Figures')
  await dialog.getByText('see how many connections are used').click()
  await passes(page, 'make a key', true)
  await dialog.getByRole('button', { name: 'Make a key' }).click()
  const made = page.getByRole('heading', { name: 'Your new key' })
  const question = page.getByRole('dialog', { name: 'Confirm it is you' })
  await question.or(made).first().waitFor()
  if (await question.count()) await confirmByCode(page)
  await made.waitFor()
  const secret = (await dialog.locator('code').textContent()) ?? ''
  await olga.button('Done').click()
  const ask = (path: string) =>
    bram.page.evaluate(
      async ([at, key]) => (await fetch(at ?? '', { credentials: 'omit', headers: { Authorization: `Bearer ${key}` } })).status,
      [`${server.url}/api/v1${path}`, secret],
    )
  expect(await ask('/pool')).toBe(200)
  expect(await ask('/people')).toBe(403)
  await olga.button('Revoke Figures').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
  await said(page, 'The key was revoked')
  expect(await ask('/pool')).toBe(401)
})

test('the audit log tells in sentences what happened, and is whole', async () => {
  const { page } = olga
  await open(page, '/admin/audit', 'Audit log')
  await said(page, 'Olga made an API key')
  await said(page, 'Olga made an account: Bram Jansen')
  await olga.button('Verify').click()
  await said(page, /The log is whole/)
  await passes(page, 'verified')
  await olga.button(/What happened/).click()
  await page.getByRole('option', { name: 'Sign-in refused' }).click()
  await said(page, 'A sign-in was refused')
  await until(async () => (await page.getByText('Olga made an API key').count()) === 0, 10_000, () => 'the filter should hide other entries')
  const download = page.waitForEvent('download')
  await olga.button('Export').click()
  await page.getByRole('menuitem', { name: 'CSV, for a spreadsheet' }).click()
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)
})

test('an account is disabled, which can be undone, and deleted', async () => {
  const { page } = olga
  await open(page, '/admin/people', 'People')
  const question = page.getByRole('dialog', { name: 'Confirm it is you' })
  await olga.button('Actions for Bram Jansen').click()
  await page.getByRole('menuitem', { name: 'Disable the account' }).click()
  await said(page, 'Disabled')
  await bram.page.goto(server.url)
  await bram.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await olga.button('Undo').click()
  await until(async () => (await page.getByText('Disabled', { exact: true }).count()) === 0, 10_000, () => 'it should be undone')
  await olga.button('Actions for Bram Jansen').click()
  await page.getByRole('menuitem', { name: 'Delete the account' }).click()
  await passes(page, 'delete an account', true)
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete the account' }).click()
  const gone = page.getByText('The account of Bram Jansen was deleted')
  await question.or(gone).first().waitFor()
  if (await question.count()) await confirmByCode(page)
  await gone.waitFor()
})
