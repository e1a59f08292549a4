// Fake cameras and microphones: each test person shows one colour and plays one
// tone, so that the others can be asked which colours and tones arrived.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Colour {
  readonly name: string
  readonly rgb: readonly [number, number, number]
}

export const colours = {
  red: { name: 'red', rgb: [200, 40, 40] },
  green: { name: 'green', rgb: [40, 170, 60] },
  blue: { name: 'blue', rgb: [50, 70, 200] },
  yellow: { name: 'yellow', rgb: [210, 190, 40] },
  magenta: { name: 'magenta', rgb: [200, 50, 190] },
  cyan: { name: 'cyan', rgb: [50, 190, 200] },
  /** About the ground of what a browser with fake devices shares in place of a screen. */
  screen: { name: 'screen', rgb: [10, 150, 4] },
  white: { name: 'white', rgb: [235, 235, 235] },
} as const satisfies Record<string, Colour>

const folder = join(tmpdir(), 'plenum-fakemedia')

/** A y4m file of one flat colour; returns its path. BT.601 limited range, as Chromium reads it. */
export function colourFile(colour: Colour, width = 640, height = 360): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${colour.name}-${width}x${height}.y4m`)
  if (existsSync(path)) return path
  const [r, g, b] = colour.rgb
  const y = Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b)
  const u = Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b)
  const v = Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b)
  const frame = Buffer.concat([
    Buffer.from('FRAME\n'),
    Buffer.alloc(width * height, y),
    Buffer.alloc((width * height) / 4, u),
    Buffer.alloc((width * height) / 4, v),
  ])
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`)
  writeFileSync(path, Buffer.concat([header, ...Array<Buffer>(15).fill(frame)]))
  return path
}

/**
 * A WAV file of a tone that swells and fades four times a second; a steady one
 * would be taken for noise by the browser's suppressor. Hz; returns its path.
 */
export function toneFile(frequency: number): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `tone-${frequency}.wav`)
  if (existsSync(path)) return path
  const rate = 48_000
  const samples = rate * 4
  const data = Buffer.alloc(samples * 2)
  for (let i = 0; i < samples; i++) {
    const t = i / rate
    const swell = Math.max(0, Math.sin(2 * Math.PI * 2 * t))
    data.writeInt16LE(Math.round(14_000 * swell * Math.sin(2 * Math.PI * frequency * t)), i * 2)
  }
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20) // PCM
  header.writeUInt16LE(1, 22) // mono
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  writeFileSync(path, Buffer.concat([header, data]))
  return path
}

/** A beep of the clip that flashes, Hz: far above the tones of the others. */
export const beep = 4000

/**
 * Runs in the page, before anything of it: the camera then flashes white, and the
 * microphone beeps, for a fifth of each second, by one clock. A file for each
 * would not do: the browser begins them when it likes.
 */
export function flashAndBeep({ rgb, frequency }: { rgb: readonly [number, number, number]; frequency: number }): void {
  if (!window.isSecureContext) return // an empty page has no devices
  let clock: { context: AudioContext; first: number } | undefined
  // Camera and microphone are asked for one after the other: both follow one clock.
  const start = async () => {
    const context = clock?.context ?? new AudioContext({ latencyHint: 'interactive' })
    await context.resume()
    clock ??= { context, first: Math.ceil(context.currentTime + 0.2) }
    return clock
  }
  const microphone = (context: AudioContext, first: number) => {
    const voice = new OscillatorNode(context, { frequency })
    const gain = new GainNode(context, { gain: 0 })
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 })
    voice.connect(gain).connect(out)
    for (let second = 0; second < 240; second++) {
      if (first + second < context.currentTime) continue
      gain.gain.setValueAtTime(0.5, first + second)
      gain.gain.setValueAtTime(0, first + second + 0.2)
    }
    voice.start()
    return out.stream.getAudioTracks()
  }
  const camera = (context: AudioContext, first: number) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 540 })
    const pen = canvas.getContext('2d')
    const [track] = canvas.captureStream(0).getVideoTracks() as CanvasCaptureMediaStreamTrack[]
    let [was, drawn] = [false, 0]
    setInterval(() => {
      const at = context.currentTime - first
      const on = at >= 0 && at % 1 < 0.2
      if (!pen || (on === was && performance.now() - drawn < 50)) return
      ;[was, drawn] = [on, performance.now()]
      pen.fillStyle = `rgb(${(on ? [235, 235, 235] : rgb).join(',')})`
      pen.fillRect(0, 0, canvas.width, canvas.height)
      track?.requestFrame()
    }, 4)
    return track ? [track] : []
  }
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const { context, first } = await start()
    return new MediaStream([...(constraints?.audio ? microphone(context, first) : []), ...(constraints?.video ? camera(context, first) : [])])
  }
}
