// An OpenID Connect provider in a process of its own, and a person's way through it.
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

export interface Account {
  readonly name: string
  readonly email: string
  readonly email_verified: boolean
  readonly groups: readonly string[]
}

export interface Client {
  readonly redirectUri: string
  readonly backchannelUri: string
  readonly signOutUri: string
}

export const clientId = 'plenum'
export const clientSecret = 'a secret of the tests only, long enough'

export class IdentityProvider {
  log = ''

  private constructor(
    readonly issuer: string,
    private readonly child: ChildProcess,
  ) {}

  /** ca is a file with the certificate authority of the server, for the back channel. */
  static async start(issuer: string, client: Client, people: Readonly<Record<string, Account>>, ca: string): Promise<IdentityProvider> {
    const settings = {
      issuer,
      people,
      client: {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [client.redirectUri],
        post_logout_redirect_uris: [client.signOutUri],
        backchannel_logout_uri: client.backchannelUri,
        backchannel_logout_session_required: true,
        require_auth_time: true,
        scope: 'openid profile email groups',
      },
    }
    const script = join(dirname(fileURLToPath(import.meta.url)), 'oidc-provider.mjs')
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, OIDC_PROVIDER: JSON.stringify(settings), NODE_EXTRA_CA_CERTS: ca },
      stdio: 'pipe',
    })
    const provider = new IdentityProvider(issuer, child)
    await new Promise<void>((resolve, reject) => {
      const note = (chunk: Buffer) => {
        provider.log += chunk.toString()
        if (provider.log.includes('ready')) resolve()
      }
      child.stdout.on('data', note)
      child.stderr.on('data', note)
      child.once('exit', () => reject(new Error(`the identity provider ended:\n${provider.log}`)))
    })
    return provider
  }

  close(): void {
    this.child.kill()
  }

  /** What a person does on its page. */
  async prove(page: Page, who: string): Promise<void> {
    await page.getByLabel('Who are you?').fill(who)
    await page.getByRole('button', { name: 'Prove it' }).click()
  }
}
