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
 * microphone beeps, for a fifth of each second. Files would not do, the browser begins
 * each when it likes; nor would a canvas and WebAudio, which come up to 40 ms apart, each
 * time otherwise. Here one loop hands over the sound of 10 ms and the picture of the same
 * moment together, away from the page's thread.
 */
export function flashAndBeep({ rgb, frequency }: { rgb: readonly [number, number, number]; frequency: number }): void {
  if (!window.isSecureContext) return // an empty page has no devices
  /** A track that is written to; the types of browsers do not have it yet. */
  type Generator = MediaStreamTrack & { readonly writable: WritableStream }
  const Generator = (window as unknown as { MediaStreamTrackGenerator: new (options: { kind: 'audio' | 'video' }) => Generator }).MediaStreamTrackGenerator

  const loop = (frequency: number, dark: readonly number[]) => {
    const [rate, width, height] = [48_000, 960, 540]
    const writers: { kind: string; to: WritableStreamDefaultWriter }[] = []
    self.onmessage = ({ data }: MessageEvent<{ kind: string; writable: WritableStream }>) => writers.push({ kind: data.kind, to: data.writable.getWriter() })
    /** I420 of one colour, BT.601 limited range. */
    const flat = ([r = 0, g = 0, b = 0]: readonly number[]) => {
      const data = new Uint8Array((width * height * 3) / 2).fill(16 + 0.257 * r + 0.504 * g + 0.098 * b)
      data.fill(128 - 0.148 * r - 0.291 * g + 0.439 * b, width * height, (width * height * 5) / 4)
      return data.fill(128 + 0.439 * r - 0.368 * g - 0.071 * b, (width * height * 5) / 4)
    }
    const [off, on] = [flat(dark), flat([235, 235, 235])]
    /** The sound of 10 ms, and every 50 ms a picture. */
    const write = (at: number) => {
      const flash = at % 1000 < 200
      for (const { kind, to } of writers) {
        // A track that was stopped takes nothing any more.
        const give = (media: AudioData | VideoFrame) => void to.write(media).catch(() => media.close())
        if (kind === 'audio') {
          const data = new Float32Array(rate / 100)
          if (flash) data.forEach((_, i) => (data[i] = 0.5 * Math.sin((2 * Math.PI * frequency * i) / rate)))
          give(new AudioData({ format: 'f32', sampleRate: rate, numberOfFrames: data.length, numberOfChannels: 1, timestamp: at * 1000, data }))
        } else if (at % 50 === 0) {
          give(new VideoFrame(flash ? on : off, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: at * 1000 }))
        }
      }
    }
    const start = performance.now()
    let next = 0
    setInterval(() => {
      for (; start + next <= performance.now(); next += 10) write(next)
    }, 2)
  }
  let worker: Worker | undefined
  const track = (kind: 'audio' | 'video') => {
    worker ??= new Worker(URL.createObjectURL(new Blob([`(${loop.toString()})(${frequency}, ${JSON.stringify(rgb)})`])))
    const made = new Generator({ kind })
    const { writable } = made
    worker.postMessage({ kind, writable }, [writable])
    return made
  }
  navigator.mediaDevices.getUserMedia = (constraints) =>
    Promise.resolve(new MediaStream([...(constraints?.audio ? [track('audio')] : []), ...(constraints?.video ? [track('video')] : [])]))
}
