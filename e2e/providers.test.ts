// People sign in with identity providers that we did not write: a certified
// OpenID Connect provider and OpenLDAP.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { APIResponse } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as ldap from './lib/ldap.ts'
import { clientId, clientSecret, IdentityProvider } from './lib/oidc.ts'
import { Person, until } from './lib/person.ts'
import { freePort, Server } from './lib/server.ts'
import { totp } from './lib/totp.ts'

let server: Server
let idp: IdentityProvider
let directory: ldap.Directory
let owner: Person
let grace: Person
let ada: Person
let link = ''

interface Made {
  readonly id: string
  readonly redirectUri: string
  readonly backchannelUri: string
  readonly signOutUri: string
}

/** The answer's JSON, or the words of what went wrong. */
async function good<T>(response: APIResponse): Promise<T> {
  const text = await response.text()
  if (!response.ok()) throw new Error(`${response.url()}: ${response.status()} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

async function call<T>(person: Person, method: string, path: string, data?: unknown): Promise<T> {
  return good<T>(await person.context.request.fetch(`${server.url}/api/v1${path}`, { method, ...(data === undefined ? {} : { data }) }))
}

async function who(person: Person): Promise<{ name: string; email: string; admin: boolean } | null> {
  return (await call<{ user: { name: string; email: string; admin: boolean } | null }>(person, 'GET', '/session')).user
}

beforeAll(async () => {
  server = await Server.start()
  owner = await Person.open({ name: 'Olga', devices: false })
  grace = await Person.open({ name: 'Grace Hopper', devices: false })
  ada = await Person.open({ name: 'Ada Lovelace', devices: false })
  await call(owner, 'POST', '/setup', {
    secret: new URL(server.setupLink).hash.slice(1), organisation: 'Town of Exampleton', name: 'Olga', email: 'olga@town.example', password: 'correct horse battery',
  })
  const { secret } = await call<{ secret: string }>(owner, 'POST', '/account/totp')
  await call(owner, 'POST', '/account/totp/confirm', { code: totp(secret) })

  const issuer = `http://localhost:${await freePort()}`
  const made = await call<Made>(owner, 'POST', '/providers', {
    kind: 'oidc', name: 'Exampleton ID', enabled: true, secret: clientSecret,
    settings: { oidc: { issuer, clientId, scopes: ['profile', 'email', 'groups'], signOutThere: true }, accounts: { create: true, domains: ['town.example'] }, internal: true },
  })
  const ca = join(server.folder, 'ca.pem')
  writeFileSync(ca, await (await owner.context.request.get(`${server.url}/ca.crt`)).body())
  const person = (name: string, email: string, verified: boolean, ...groups: string[]) => ({ name, email, email_verified: verified, groups })
  idp = await IdentityProvider.start(issuer, made, {
    grace: person('Grace Hopper', 'grace@town.example', true, 'council'),
    eve: person('Eve', 'olga@town.example', false, 'council'),
  }, ca)

  directory = await ldap.Directory.start([
    { user: 'ada', name: 'Ada Lovelace', password: 'analytical engine', groups: ['staff'] },
    { user: 'bob', name: 'Bob', password: 'another engine', groups: ['staff', 'council'] },
  ])
  await call(owner, 'POST', '/providers', {
    kind: 'ldap', name: 'the town hall', enabled: true, secret: ldap.searchPassword,
    settings: {
      ldap: { url: directory.url, bindDn: ldap.searchDn, baseDn: `ou=people,${ldap.base}`, userFilter: '(uid={user})', groupBaseDn: `ou=groups,${ldap.base}` },
      accounts: { create: true }, internal: true,
    },
  })
  for (const { id } of (await call<{ providers: Made[] }>(owner, 'GET', '/providers')).providers) {
    if (id !== made.id) expect(await call(owner, 'POST', `/providers/${id}/test`)).toEqual({ ok: true, problem: '' })
  }
  expect(await call(owner, 'POST', `/providers/${made.id}/test`)).toEqual({ ok: true, problem: '' })

  const meeting = await call<{ id: string }>(owner, 'POST', '/meetings', { name: 'Council' })
  await call(owner, 'PATCH', `/meetings/${meeting.id}`, { roles: [{ kind: 'group', value: 'council', role: 'moderator' }] })
  link = `${server.url}/m/${meeting.id}`
})

afterAll(async () => {
  await Promise.all([owner?.close(), grace?.close(), ada?.close()])
  idp?.close()
  directory?.close()
  await server?.close()
})

/** From the sign-in page to the provider's. */
async function toProvider(person: Person): Promise<void> {
  await person.page.goto(`${server.url}/signin`)
  await person.button('Sign in with Exampleton ID').click()
  await person.page.getByLabel('Who are you?').waitFor()
}

test('somebody signs in with OpenID Connect and has an account', async () => {
  await toProvider(grace)
  await idp.prove(grace.page, 'grace')
  await grace.button(/new meeting/i).first().waitFor()
  expect(await who(grace)).toMatchObject({ name: 'Grace Hopper', email: 'grace@town.example', admin: false })
  expect(new URL(grace.page.url()).search).toBe('')
})

test('somebody who turns back, or whose address is not verified, reads why they are not in', async () => {
  await toProvider(ada)
  await ada.button('Cancel').click()
  await ada.page.getByText(/did not let you in/).waitFor()
  await toProvider(ada)
  await idp.prove(ada.page, 'eve') // with the owner's address, unverified
  await ada.page.getByText(/e-mail address is not one/).waitFor()
  expect(await who(ada)).toBeNull()
  await ada.context.clearCookies()
})

test('somebody signs in with the directory, after a wrong password', async () => {
  const { page } = ada
  await page.goto(`${server.url}/signin`)
  await ada.button('Sign in with the town hall').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('User name').fill('ada')
  await dialog.getByLabel('Password', { exact: true }).fill('difference engine')
  await page.keyboard.press('Enter')
  await dialog.getByText(/do not match/).waitFor()
  await dialog.getByLabel('Password', { exact: true }).fill('analytical engine')
  await page.keyboard.press('Enter')
  await ada.button(/new meeting/i).first().waitFor()
  expect(await who(ada)).toMatchObject({ name: 'Ada Lovelace', email: 'ada@town.example', admin: false })
})

test('a group of the provider gives a role in the meeting, and only that group', async () => {
  for (const person of [grace, ada]) {
    await person.page.goto(link)
    await person.button('Join').click()
    await person.button('Leave').waitFor()
  }
  await grace.tile('Ada Lovelace').waitFor()
  await grace.button('Leave').click()
  await grace.button('End meeting for all').waitFor()
  await grace.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await ada.button('Leave').click() // at once: an attendee has nothing to end
  await ada.page.getByRole('heading', { name: 'You have left the meeting' }).waitFor()
})

test('signing out at the provider ends the session here', async () => {
  const there = await grace.context.newPage()
  await there.goto(`${idp.issuer}/session/end`)
  await there.getByRole('button', { name: 'Sign out there' }).click()
  await until(async () => (await who(grace)) === null, 10_000, () => `the session should be over: ${idp.log}`)
  await there.close()
  await grace.page.goto(server.url)
  await grace.page.getByLabel(/e-mail/i).waitFor()
})

test('signing out here leads to signing out there, and back', async () => {
  await toProvider(grace) // who is asked again: the provider has forgotten them too
  await idp.prove(grace.page, 'grace')
  await grace.button(/new meeting/i).first().click({ trial: true })
  await grace.button(/account|Grace/i).first().click()
  await grace.page.getByRole('menuitem', { name: /sign out/i }).click()
  await grace.button('Sign out there').click()
  await grace.page.waitForURL(`${server.url}/signin**`)
  expect(await who(grace)).toBeNull()
  await toProvider(grace)
})

test('no page has asked anybody but the server and the provider', () => {
  for (const person of [grace, ada]) {
    expect(person.requests.filter((url) => !url.startsWith(server.url) && !url.startsWith(idp.issuer) && !url.startsWith(server.url.replace('https', 'wss')) && !/^(blob|data|about):/.test(url))).toEqual([])
  }
})
