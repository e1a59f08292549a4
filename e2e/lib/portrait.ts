// Drawn people for screenshots: a face, shoulders and a room, as a fake camera.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

export interface Portrait {
  readonly name: string
  readonly skin: string
  readonly hair: string
  readonly coat: string
  readonly wall: string
  readonly long?: boolean
}

const svg = (p: Portrait) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720">
<defs><linearGradient id="w" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${p.wall}"/><stop offset="1" stop-color="#3a3f4a"/></linearGradient></defs>
<rect width="1280" height="720" fill="url(#w)"/>
<rect x="90" y="90" width="230" height="300" rx="8" fill="#ffffff22"/><rect x="960" y="60" width="220" height="420" rx="8" fill="#00000022"/>
<g fill="#00000026"><rect x="975" y="90" width="190" height="12"/><rect x="975" y="210" width="190" height="12"/><rect x="975" y="330" width="190" height="12"/></g>
<g fill="#ffffff30"><rect x="985" y="125" width="22" height="85"/><rect x="1015" y="140" width="26" height="70"/><rect x="1050" y="120" width="18" height="90"/><rect x="990" y="250" width="40" height="80"/><rect x="1090" y="255" width="24" height="75"/></g>
${p.long ? `<path d="M470 330 q0 -190 170 -190 q170 0 170 190 v250 h-340z" fill="${p.hair}"/>` : ''}
<path d="M380 720 q10 -190 190 -215 h140 q180 25 190 215z" fill="${p.coat}"/>
<rect x="585" y="430" width="110" height="110" rx="50" fill="${p.skin}"/><path d="M585 470 q55 45 110 0 v30 q-55 40 -110 0z" fill="#00000018"/>
<ellipse cx="640" cy="330" rx="122" ry="152" fill="${p.skin}"/>
<path d="M512 320 q-8 -175 128 -175 q136 0 128 175 q-20 -95 -95 -105 q-110 -10 -161 105z" fill="${p.hair}"/>
<g fill="#2b2320"><ellipse cx="593" cy="325" rx="11" ry="13"/><ellipse cx="687" cy="325" rx="11" ry="13"/></g>
<g stroke="${p.hair}" stroke-width="8" stroke-linecap="round" fill="none"><path d="M570 295 q22 -14 44 -2"/><path d="M666 293 q22 -12 44 2"/></g>
<path d="M640 335 q14 40 -6 48" stroke="#00000030" stroke-width="6" fill="none" stroke-linecap="round"/>
<path d="M595 420 q45 38 90 0" stroke="#8c3a34" stroke-width="9" fill="none" stroke-linecap="round"/>
</svg>`

/** One-second MJPEG of each portrait; returns the paths in order. */
export async function portraitFiles(portraits: readonly Portrait[]): Promise<string[]> {
  const folder = join(tmpdir(), 'plenum-portraits')
  mkdirSync(folder, { recursive: true })
  const paths = portraits.map((p) => join(folder, `${p.name}.mjpeg`))
  if (paths.every((path) => existsSync(path))) return paths
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  for (const [i, portrait] of portraits.entries()) {
    await page.setContent(`<body style="margin:0">${svg(portrait)}</body>`)
    const frame = await page.screenshot({ type: 'jpeg', quality: 90 })
    writeFileSync(paths[i] as string, Buffer.concat(Array<Buffer>(10).fill(frame)))
  }
  await browser.close()
  return paths
}

export const cast: readonly Portrait[] = [
  { name: 'Anke de Vries', skin: '#e8b894', hair: '#5a3522', coat: '#2f5d62', wall: '#a8b8b0', long: true },
  { name: 'Mehmet Kaya', skin: '#c98f63', hair: '#1d1714', coat: '#3b4a6b', wall: '#c7b79a' },
  { name: 'Claire Dubois', skin: '#f0c7a6', hair: '#b5772e', coat: '#7c3a4a', wall: '#9fb0c8', long: true },
  { name: 'Samuel Osei', skin: '#7a4a2e', hair: '#140f0d', coat: '#4f6b3a', wall: '#b9a7b8' },
]
