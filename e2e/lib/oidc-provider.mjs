// A certified OpenID Connect provider that we did not write, as a process of its
// own: it takes its settings as JSON from OIDC_PROVIDER. See oidc.ts.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const { issuer, client, people } = JSON.parse(process.env.OIDC_PROVIDER)

const key = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [key] },
  // Its own guard against addresses of this machine would keep it from the server.
  fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options),
  cookies: { keys: ['tests only'] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = page(`<h1>Sign out of the identity provider?</h1>${form}<button type="submit" form="op.logoutForm" value="yes" name="logout">Sign out there</button>`)
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.body = page('<h1>Signed out</h1>')
      },
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  // Whoever signs in here has agreed to everything.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: client.client_id, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid profile email groups')
    await grant.save()
    return grant
  },
})
provider.on('backchannel.error', (_, error) => console.error('back-channel logout failed:', error.message, error.cause))
provider.on('server_error', (_, error) => console.error(error))

const page = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Identity provider</title>${body}</html>`

const handle = provider.callback()
const server = createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    handle(request, response)
    return
  }
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html')
    response.end(page('<h1>Identity provider</h1><form method="post"><label>Who are you? <input name="who"></label><button>Prove it</button> <button name="no" value="1">Cancel</button></form>'))
    return
  }
  let body = ''
  for await (const chunk of request) body += chunk
  const form = new URLSearchParams(body)
  const result = form.has('no') ? { error: 'access_denied' } : { login: { accountId: form.get('who') } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
})
server.listen(Number(new URL(issuer).port), '127.0.0.1', () => console.log('ready'))
