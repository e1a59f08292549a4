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
