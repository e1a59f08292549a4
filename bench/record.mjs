// A headless Chromium records a sitting, as recorders with a browser do: it joins with
// livekit-client, draws all cameras on one canvas of 1280×720 at 25 a second, mixes
// the sound, and encodes both with MediaRecorder. Prints cores and memory of all its
// processes and the bytes recorded. Usage: node record.mjs URL TOKEN CAMERAS SECONDS
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const { chromium } = createRequire(join(here, '../e2e/package.json'))('playwright-core')
const [url, token, cameras, seconds] = process.argv.slice(2)

// tree is the processes that descend from this one, which are the browser's.
const tree = () => {
  const parents = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
      parents.set(Number(pid), { parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) / 100, mb: (Number(fields[21]) * 4096) / 2 ** 20 })
    } catch {
      // It has ended.
    }
  }
  const ours = (pid) => pid === process.pid || (parents.has(pid) && ours(parents.get(pid).parent))
  return [...parents].filter(([pid, p]) => pid !== process.pid && ours(p.parent)).map(([, p]) => p)
}
const sum = (of) => tree().reduce((total, p) => total + p[of], 0)

const browser = await chromium.launch({
  executablePath: process.env.PLENUM_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  await page.goto(url.replace('ws', 'http') + '/page')
  await page.addScriptTag({ path: join(here, '../web/node_modules/livekit-client/dist/livekit-client.umd.js') })
  await page.evaluate(
    async ({ url, token, cameras }) => {
      const { Room, RoomEvent } = window.LivekitClient
      const room = new Room({ adaptiveStream: false, dynacast: false })
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 })
      const pen = canvas.getContext('2d')
      const sound = new AudioContext()
      const mix = sound.createMediaStreamDestination()
      const videos = []
      const complete = new Promise((resolve) => {
        room.on(RoomEvent.TrackSubscribed, (track) => {
          const element = track.attach()
          if (track.kind === 'video') {
            element.addEventListener('playing', () => videos.push(element) === cameras && resolve(), { once: true })
          } else {
            sound.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(mix)
          }
        })
      })
      await room.connect(url, token)
      await complete
      document.body.append(canvas)
      const columns = Math.ceil(Math.sqrt(cameras))
      const [w, h] = [1280 / columns, 720 / columns]
      setInterval(() => videos.forEach((video, i) => pen.drawImage(video, (i % columns) * w, Math.floor(i / columns) * h, w, h)), 40)
      const recorder = new MediaRecorder(new MediaStream([...canvas.captureStream(25).getTracks(), ...mix.stream.getTracks()]), { mimeType: 'video/webm;codecs=vp8,opus', videoBitsPerSecond: 2_000_000 })
      window.recorded = 0
      recorder.ondataavailable = ({ data }) => (window.recorded += data.size)
      recorder.start(1000)
    },
    { url, token, cameras: Number(cameras) },
  )
  await page.waitForTimeout(4000)
  const [cpu, bytes, began] = [sum('cpu'), await page.evaluate(() => window.recorded), performance.now()]
  await page.waitForTimeout(Number(seconds) * 1000)
  const took = (performance.now() - began) / 1000
  console.log(JSON.stringify({ Cores: (sum('cpu') - cpu) / took, MB: sum('mb'), Bytes: (await page.evaluate(() => window.recorded)) - bytes }))
} finally {
  await browser.close()
}
