// Click on "Join" to the first decoded frame of somebody else: p50 and p95 over
// a number of joins, each from a fresh page, with real Chromium and the real
// binary, on stdout in ms. Usage: node join.mjs [joins] [binary]
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const { chromium } = createRequire(join(here, '../e2e/package.json'))('playwright-core')
const binary = process.argv[3] ?? join(here, '../bin/plenum')
const joins = Number(process.argv[2] ?? 20)

const port = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

const folder = mkdtempSync(join(tmpdir(), 'plenum-join-'))
const data = join(folder, 'data')
const listen = await port()
const server = spawn(
  binary,
  ['serve', '--data', data, '--listen', `:${listen}`, '--media-port', await port(), '--turn-port', await port(), '--metrics-listen', '127.0.0.1:0', '--log-level', 'error'].map(String),
  { stdio: 'ignore' },
)
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
process.removeAllListeners('warning')
for (;;) {
  const ready = await fetch(`https://localhost:${listen}/readyz`).then((r) => r.ok, () => false)
  if (ready) break
  await new Promise((resolve) => setTimeout(resolve, 50))
}
const { links } = JSON.parse(execFileSync(binary, ['meeting', 'create', '--data', data, '--name', 'Bench', '--json'], { encoding: 'utf8' }))

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
})
const open = async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', permissions: ['camera', 'microphone'], viewport: { width: 640, height: 400 } })
  return context.newPage()
}
const enter = async (page, link, name) => {
  await page.goto(link)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Join', exact: true }).waitFor()
}

try {
  const host = await open()
  await enter(host, links.moderator, 'Host')
  await host.getByRole('button', { name: 'Join', exact: true }).click()
  await host.getByRole('button', { name: 'Leave', exact: true }).waitFor()
  const took = []
  for (let n = 0; n < joins; n++) {
    const page = await open()
    await enter(page, links.attendee, `Guest ${n}`)
    await page.waitForLoadState('networkidle')
    took.push(
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            const button = [...document.querySelectorAll('button')].find((b) => b.textContent?.trim() === 'Join')
            let began = 0
            const look = () => {
              const seen = [...document.querySelectorAll('figure')]
                .filter((f) => /Host/.test(f.getAttribute('aria-label') ?? f.textContent ?? ''))
                .some((f) => [...f.querySelectorAll('video')].some((v) => v.videoWidth > 0 && v.readyState >= 2))
              if (seen) resolve(performance.now() - began)
              else requestAnimationFrame(look)
            }
            began = performance.now()
            button.click()
            look()
          }),
      ),
    )
    await page.context().close()
  }
  took.sort((a, b) => a - b)
  const at = (share) => Math.round(took[Math.min(took.length - 1, Math.ceil(share * took.length) - 1)])
  console.log(at(0.5), at(0.95))
} finally {
  await browser.close()
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}
