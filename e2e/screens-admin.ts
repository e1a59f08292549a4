import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { Person } from './lib/person.ts'
import { Server } from './lib/server.ts'
import { still } from './lib/still.ts'
import { Authenticator } from './lib/totp.ts'

const out = join(import.meta.dirname, 'out')
const password = 'correct horse battery'
const places = ['people', 'meetings', 'policies', 'recordings', 'organisation', 'providers', 'keys', 'audit', 'pool', 'organisations'] as const

test('one’s account and the administration at both sizes', async () => {
  mkdirSync(out, { recursive: true })
  const server = await Server.start()
  const desk = await Person.open({ name: 'Anke', devices: false })
  const shoot = async (page: Page, name: string) => {
    await page.waitForLoadState('networkidle')
    await still(page)
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: true })
  }
  let secret = ''
  let app = new Authenticator('')
  const signIn = async (page: Page) => {
    await page.goto(`${server.url}/signin`)
    await page.getByLabel('E-mail address').fill('anke@example.org')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByLabel('Six-digit code').waitFor()
  }
  try {
    const { page } = desk
    page.setDefaultTimeout(10_000)
    await page.goto(server.setupLink)
    await page.getByLabel(/organisation/i).fill('Town of Exampleton')
    await page.getByLabel(/your name/i).fill('Anke de Vries')
    await page.getByLabel(/e-mail/i).fill('anke@example.org')
    await page.getByLabel(/^password/i).fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'New meeting' }).click()
    await page.getByText(/\/m\/[a-z2-7]{26}/).first().waitFor()

    await page.goto(`${server.url}/admin`)
    await page.getByRole('button', { name: 'An app on my phone' }).waitFor()
    await shoot(page, '40-factor-first-desktop')
    await page.getByRole('button', { name: 'An app on my phone' }).click()
    await confirm(page, { password })
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    secret = (await page.locator('code').first().textContent()) ?? ''
    app = new Authenticator(secret)
    await shoot(page, '41-totp-desktop')
    await page.getByLabel('Six-digit code').fill(await app.code())
    await page.getByRole('list', { name: 'Recovery codes' }).waitFor()
    await shoot(page, '42-recovery-codes-desktop')
    await page.getByRole('button', { name: /go on/ }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.goto(`${server.url}/admin/people`)
    for (const name of ['Bram Jansen', 'Chantal Dubois', 'Dieter Krüger']) {
      await page.getByRole('button', { name: 'Add a person' }).click()
      await page.getByLabel('Name', { exact: true }).fill(name)
      await page.getByLabel('E-mail address', { exact: true }).fill(`${name.split(' ')[0]?.toLowerCase()}@example.org`)
      await page.getByRole('dialog').getByRole('button', { name: 'Add a person' }).click()
      await page.getByRole('heading', { name: /Send this link/ }).waitFor()
      if (name.startsWith('Bram')) await shoot(page, '43-one-time-link-desktop')
      await page.getByRole('button', { name: 'Done' }).click()
    }
    await page.goto(`${server.url}/admin/keys`)
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByLabel('What it is for').fill('Booking system')
    await page.getByText('plan and change meetings and invitations').click()
    await shoot(page, '44-key-new-desktop')
    await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('heading', { name: 'Your new key' }).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()

    for (const size of ['desktop', 'phone', 'dark'] as const) {
      const mobile = size === 'phone'
      const viewport = mobile ? { width: 390, height: 844 } : { width: 1280, height: 800 }
      const me = await Person.open({ name: 'Anke', devices: false, viewport, mobile, scheme: size === 'dark' ? 'dark' : 'light' })
      const there = me.page
      there.setDefaultTimeout(10_000)
      await there.goto(`${server.url}/signin`)
      await there.getByRole('heading', { name: 'Sign in' }).waitFor()
      await shoot(there, `45-signin-${size}`)
      await signIn(there)
      await shoot(there, `46-second-factor-${size}`)
      await there.getByLabel('Six-digit code').fill(await app.code())
      await there.getByRole('button', { name: 'New meeting' }).waitFor()
      await there.goto(`${server.url}/account`)
      await there.getByRole('heading', { name: 'Where you are signed in' }).waitFor()
      await shoot(there, `47-account-${size}`)
      await there.goto(`${server.url}/admin`)
      await there.getByRole('heading', { name: 'Overview' }).waitFor()
      await shoot(there, `50-admin-${size}`)
      for (const place of places) {
        await there.goto(`${server.url}/admin/${place}`)
        await there.getByRole('heading', { level: 1 }).waitFor()
        await shoot(there, `51-admin-${place}-${size}`)
      }
      await there.goto(`${server.url}/privacy`)
      await there.getByRole('heading', { level: 1 }).waitFor()
      await shoot(there, `52-privacy-${size}`)
      await there.goto(`${server.url}/welcome#${'a'.repeat(52)}`)
      await there.getByRole('heading', { level: 1 }).waitFor()
      await shoot(there, `53-welcome-${size}`)
      await me.close()
    }
  } finally {
    await desk.page.screenshot({ path: join(out, 'LAST-admin.png') })
    await desk.close()
    await server.close()
  }
})

/** Answers the question "is it you?" if it comes. */
async function confirm(page: Page, proof: { password: string }): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Confirm it is you' })
  await dialog.or(page.getByRole('img', { name: /QR code/ })).first().waitFor()
  if ((await dialog.count()) === 0) return
  await dialog.getByLabel('Password', { exact: true }).fill(proof.password)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
}
