// A video file as a person would see and hear it: decoded by ffmpeg, described by ffprobe.
import { execFileSync } from 'node:child_process'
import type { Colour } from './fakemedia.ts'

const fps = 25
/** Samples of sound a second, after decoding. */
const rate = 16_000
/** Decoded pictures are an eighth of the 1280×720 in the file. */
const shrink = 8
const width = 160
const height = 90

/** A part of the picture, in pixels of the file. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface Chapter {
  /** In seconds. */
  readonly at: number
  readonly title: string
}

interface Probe {
  readonly streams: readonly { codec_name: string; codec_type: string; width?: number; height?: number; r_frame_rate: string }[]
  readonly format: { duration: string; tags?: Readonly<Record<string, string>> }
  readonly chapters: readonly { start_time: string; tags?: { title?: string } }[]
}

const run = (command: string, ...args: string[]) => execFileSync(command, args, { maxBuffer: 1 << 30 })

export class Film {
  readonly streams: Probe['streams']
  readonly chapters: readonly Chapter[]
  /** In seconds. */
  readonly length: number
  private readonly pictures: Buffer
  private readonly sound: Float32Array

  constructor(private readonly path: string) {
    const probe = JSON.parse(run('ffprobe', '-v', 'error', '-of', 'json', '-show_streams', '-show_chapters', '-show_format', path).toString()) as Probe
    // Chapters may be a track of texts beside their list: players show no such stream.
    this.streams = probe.streams.filter(({ codec_type }) => codec_type === 'video' || codec_type === 'audio')
    this.chapters = probe.chapters.map(({ start_time, tags }) => ({ at: Number(start_time), title: tags?.title ?? '' }))
    this.length = Number(probe.format.duration)
    // Neighbour: no colours that are in no picture.
    this.pictures = run('ffmpeg', '-v', 'error', '-i', path, '-map', '0:v', '-vf', `scale=${width}:${height}:flags=neighbor`, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-')
    const sound = run('ffmpeg', '-v', 'error', '-i', path, '-map', '0:a', '-ac', '1', '-ar', String(rate), '-f', 'f32le', '-')
    this.sound = new Float32Array(sound.buffer.slice(sound.byteOffset, sound.byteOffset + sound.length))
  }

  /** How many pictures were decoded. */
  get frames(): number {
    return this.pictures.length / (width * height * 3)
  }

  /** When the chapter with a title begins, in seconds. */
  chapter(title: string): number {
    const found = this.chapters.find((chapter) => chapter.title === title)
    if (!found) throw new Error(`no chapter ${title} in ${JSON.stringify(this.chapters)}`)
    return found.at
  }

  /** Whether the decoding times of each stream rise, and its showing times never repeat. */
  isMonotonic(): boolean {
    return ['v', 'a'].every((stream) => {
      const out = run('ffprobe', '-v', 'error', '-select_streams', stream, '-show_entries', 'packet=pts,dts', '-of', 'json', this.path).toString()
      const { packets } = JSON.parse(out) as { packets: readonly { pts: number; dts: number }[] }
      return (
        packets.length > 0 && packets.every(({ dts }, i) => i === 0 || dts > (packets[i - 1]?.dts ?? Infinity)) && new Set(packets.map(({ pts }) => pts)).size === packets.length
      )
    })
  }

  /** The largest and the least share of a part of the picture that has a colour, among the pictures from one moment until another. */
  share(colour: Colour, from = 0, to = this.length, part: Rect = { x: 0, y: 0, w: width * shrink, h: height * shrink }): { most: number; least: number; at: number } {
    const found = { most: 0, least: 1, at: 0 }
    const [first, last] = [Math.max(0, Math.ceil(from * fps)), Math.min(this.frames, Math.floor(to * fps))]
    if (first >= last) throw new Error(`no pictures from ${from} to ${to} s of ${this.length} s`)
    for (let frame = first; frame < last; frame++) {
      const share = this.shareIn(frame, colour, part)
      if (share > found.most) Object.assign(found, { most: share, at: frame / fps })
      found.least = Math.min(found.least, share)
    }
    return found
  }

  /** The strongest a tone gets from one moment until another, in dB of full scale; -Infinity where it does not stand out. */
  tone(frequency: number, from = 0, to = this.length): { level: number; at: number } {
    const found = { level: -Infinity, at: 0 }
    for (let at = from; at + span <= Math.min(to, this.length); at += span / 2) {
      const level = this.amplitude(frequency, at)
      const around = Math.max(...[-44, -36, 36, 44].map((off) => this.amplitude(frequency + off, at)))
      if (level - around > 12 && level > found.level) Object.assign(found, { level, at })
    }
    return found
  }

  /** When a part of the picture turns to a colour, in seconds. */
  flashes(colour: Colour, part: Rect): number[] {
    return onsets(this.frames, 1 / fps, (frame) => this.shareIn(frame, colour, part) > 0.5)
  }

  /** When a high tone begins, in seconds, to the ms. */
  beeps(frequency: number): number[] {
    const step = rate / 1000
    const window = 4 * step
    // A window is half in the beep, at half its level, when its middle is at the beginning.
    return onsets(Math.floor(this.sound.length / step) - 4, 0.001, (ms) => this.power(frequency, ms * step, window) > 0.03).map((at) => at + window / 2 / rate)
  }

  private shareIn(frame: number, { rgb }: Colour, { x, y, w, h }: Rect): number {
    const [left, right, top, bottom] = [Math.ceil(x / shrink), Math.floor((x + w) / shrink), Math.ceil(y / shrink), Math.floor((y + h) / shrink)]
    let same = 0
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) {
        const at = ((frame * height + row) * width + column) * 3
        const far = Math.max(...rgb.map((value, c) => Math.abs((this.pictures[at + c] ?? 0) - value)))
        if (far < 40) same++
      }
    return same / ((right - left) * (bottom - top))
  }

  private amplitude(frequency: number, at: number): number {
    return 20 * Math.log10(this.power(frequency, Math.floor(at * rate), span * rate) + 1e-9)
  }

  /** The amplitude of one frequency in `many` samples (Goertzel's algorithm with a Hann window). */
  private power(frequency: number, from: number, many: number): number {
    const turn = 2 * Math.cos((2 * Math.PI * frequency) / rate)
    let [s1, s2] = [0, 0]
    for (let i = 0; i < many; i++) {
      const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / many)
      const s = (this.sound[from + i] ?? 0) * hann + turn * s1 - s2
      s2 = s1
      s1 = s
    }
    return (4 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - turn * s1 * s2))) / many
  }
}

/** Seconds that are listened to at once: a swell of the tones. */
const span = 0.25

/** When something begins after it has not been for 0.3 s. */
function onsets(many: number, step: number, is: (n: number) => boolean): number[] {
  const found: number[] = []
  let quiet = 0
  for (let n = 0; n < many; n++) {
    if (!is(n)) quiet += step
    else {
      if (quiet > 0.3) found.push(n * step)
      quiet = 0
    }
  }
  return found
}

const gap = 8

/** Where the grid layout puts n people: equal 16:9 tiles, as large as they get, the last row in the middle. */
export function grid(n: number, w = width * shrink, h = height * shrink): Rect[] {
  if (n === 1) return [{ x: 0, y: 0, w, h }]
  let [columns, best] = [1, 0]
  for (let c = 1; c <= n; c++) {
    const rows = Math.ceil(n / c)
    const tile = Math.min((w - (c + 1) * gap) / c, (((h - (rows + 1) * gap) / rows) * 16) / 9)
    if (tile > best + 0.5) [columns, best] = [c, tile]
  }
  const [tw, th] = [even(best), even((best * 9) / 16)]
  const rows = Math.ceil(n / columns)
  const top = (h - rows * th - (rows - 1) * gap) / 2
  return Array.from({ length: n }, (_, i) => {
    const row = Math.floor(i / columns)
    const inRow = Math.min(columns, n - row * columns)
    return { x: even((w - inRow * tw - (inRow - 1) * gap) / 2 + (i % columns) * (tw + gap)), y: even(top + row * (th + gap)), w: tw, h: th }
  })
}

/** Where a shared screen and the strip of n people on its right are. */
export function strip(n: number, w = width * shrink, h = height * shrink): { main: Rect; people: Rect[] } {
  const th = even((h - 7 * gap) / 6) // six in the column fit
  const tw = even((th * 16) / 9)
  const top = even((h - n * th - (n - 1) * gap) / 2)
  const people = Array.from({ length: n }, (_, i) => ({ x: even(w - gap - tw), y: top + i * (th + gap), w: tw, h: th }))
  const main = Math.min(w - tw - 3 * gap, ((h - 2 * gap) * 16) / 9)
  const [mw, mh] = [even(main), even((main * 9) / 16)]
  return { main: { x: even(gap + (w - tw - 3 * gap - mw) / 2), y: even((h - mh) / 2), w: mw, h: mh }, people }
}

const even = (value: number) => Math.floor(value / 2) * 2

/** The middle of a tile: no name, no edge. */
export const middle = ({ x, y, w, h }: Rect): Rect => ({ x: x + w / 4, y: y + h / 4, w: w / 2, h: h / 2 })
