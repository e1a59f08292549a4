/** The backgrounds of ours, painted by code so that nothing is fetched, and the person's own, kept in this browser. */
import { OWN_PICTURE } from '../state';

type Paint = (canvas: CanvasRenderingContext2D, width: number, height: number) => void;

export const pictureIds = ['daylight', 'library', 'garden', 'dusk'] as const;
export type PictureId = (typeof pictureIds)[number];

const paints: Record<PictureId, Paint> = {
  daylight: paintDaylight,
  library: paintLibrary,
  garden: paintGarden,
  dusk: paintDusk,
};

const width = 1280;
const height = 720;

/** Paints one of our pictures at any size, for the background itself and for its thumbnail. */
export function paintPicture(id: PictureId, canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return;
  context.save();
  context.scale(canvas.width / width, canvas.height / height);
  paints[id](context, width, height);
  context.restore();
}

/** Rejects when the choice is unknown or the own picture is gone. */
export async function paintBackground(choice: string): Promise<HTMLCanvasElement> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const id = pictureIds.find((picture) => picture === choice);
  if (id !== undefined) {
    paintPicture(id, canvas);
    return canvas;
  }
  const own = choice === OWN_PICTURE ? ownPicture() : null;
  if (own === null) throw new Error('no such background');
  const image = new Image();
  image.src = own;
  await image.decode();
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  return canvas;
}

const ownKey = 'plenum.media.picture';

/** The person's own picture as a data: URL. It never leaves this browser but in their video. */
export function ownPicture(): string | null {
  try {
    const kept = localStorage.getItem(ownKey);
    return kept?.startsWith('data:image/') === true ? kept : null;
  } catch {
    return null;
  }
}

/** Scales the file down and keeps it. Rejects when it is no picture or the browser has no room for it. */
export async function keepOwnPicture(file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('no canvas');
  const w = bitmap.width * scale;
  const h = bitmap.height * scale;
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  bitmap.close();
  // About 150 kB; localStorage holds 5 MB.
  localStorage.setItem(ownKey, canvas.toDataURL('image/jpeg', 0.82));
}

export function dropOwnPicture(): void {
  try {
    localStorage.removeItem(ownKey);
  } catch {
    // Storage is closed to us, so nothing of it was kept.
  }
}

/** A pale wall with the light of a tall window on it. */
function paintDaylight(c: CanvasRenderingContext2D, w: number, h: number): void {
  fill(c, w, h, ['#e9e3d8', '#d8cfc1']);
  c.save();
  c.transform(1, 0.1, -0.32, 1, 190, -40);
  for (let column = 0; column < 2; column++)
    for (let row = 0; row < 3; row++) {
      const light = c.createLinearGradient(0, 0, 0, h);
      light.addColorStop(0, 'rgba(255, 251, 240, 0.75)');
      light.addColorStop(1, 'rgba(255, 246, 226, 0.35)');
      c.fillStyle = light;
      c.fillRect(160 + column * 190, 60 + row * 190, 168, 168);
    }
  c.restore();
  c.fillStyle = '#cabfae';
  c.fillRect(0, 640, w, 6);
  fill(c, w, h, ['#c9bda9', '#bcae98'], 646);
  soft(c, 1120, 560, 340, 'rgba(120, 104, 82, 0.22)');
}

/** Shelves in a quiet room. The books are the same on every machine: the generator is seeded. */
function paintLibrary(c: CanvasRenderingContext2D, w: number, h: number): void {
  fill(c, w, h, ['#5c5148', '#463d36']);
  const next = seeded(7);
  const spines = ['#8a7a66', '#6f7d78', '#9c8d78', '#5f6a72', '#7d6558', '#a79a86', '#6b6f5f'];
  for (let shelf = 0; shelf < 4; shelf++) {
    const floor = 176 + shelf * 176;
    let x = 24;
    while (x < w - 40) {
      if (next() < 0.09) {
        x += 40 + next() * 60;
        continue;
      }
      const thick = 16 + next() * 26;
      const tall = 96 + next() * 44;
      c.fillStyle = spines[Math.floor(next() * spines.length)] ?? '#8a7a66';
      c.fillRect(x, floor - tall, thick, tall);
      c.fillStyle = 'rgba(255, 255, 255, 0.10)';
      c.fillRect(x + 2, floor - tall, 3, tall);
      c.fillStyle = 'rgba(0, 0, 0, 0.16)';
      c.fillRect(x + thick - 3, floor - tall, 3, tall);
      x += thick + 1;
    }
    c.fillStyle = '#75665a';
    c.fillRect(0, floor, w, 16);
    c.fillStyle = 'rgba(0, 0, 0, 0.28)';
    c.fillRect(0, floor + 16, w, 10);
  }
  soft(c, 240, 120, 620, 'rgba(255, 226, 178, 0.22)');
  c.fillStyle = 'rgba(40, 34, 30, 0.28)';
  c.fillRect(0, 0, w, h);
}

/** Leaves out of focus, as through a garden door. */
function paintGarden(c: CanvasRenderingContext2D, w: number, h: number): void {
  fill(c, w, h, ['#b9cdb4', '#6f8f78']);
  const next = seeded(23);
  const greens = ['90, 128, 96', '124, 158, 118', '168, 190, 150', '66, 104, 84', '204, 214, 178'];
  for (let leaf = 0; leaf < 90; leaf++) {
    const tone = greens[Math.floor(next() * greens.length)] ?? '90, 128, 96';
    const alpha = (0.1 + next() * 0.28).toFixed(2);
    soft(c, next() * w, next() * h, 40 + next() * 130, `rgba(${tone}, ${alpha})`);
  }
  soft(c, 980, 60, 460, 'rgba(255, 250, 224, 0.5)');
}

/** Hills one behind the other after sunset. */
function paintDusk(c: CanvasRenderingContext2D, w: number, h: number): void {
  fill(c, w, h, ['#2f4a5c', '#c99a86']);
  soft(c, 860, 470, 420, 'rgba(255, 214, 176, 0.45)');
  const hills = ['#7f7f8b', '#5d6b7a', '#435666', '#2c3f4e'];
  hills.forEach((color, index) => {
    const base = 400 + index * 78;
    c.fillStyle = color;
    c.beginPath();
    c.moveTo(0, h);
    for (let x = 0; x <= w; x += 8) {
      const phase = index * 1.9;
      const rise = Math.sin(x / (250 - index * 30) + phase) * 34 + Math.sin(x / 97 + phase * 2) * 9;
      c.lineTo(x, base - rise);
    }
    c.lineTo(w, h);
    c.fill();
  });
}

function fill(
  c: CanvasRenderingContext2D,
  w: number,
  h: number,
  [top, bottom]: [string, string],
  from = 0,
): void {
  const gradient = c.createLinearGradient(0, from, 0, h);
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, bottom);
  c.fillStyle = gradient;
  c.fillRect(0, from, w, h - from);
}

function soft(c: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
  const gradient = c.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, color);
  gradient.addColorStop(1, color.replace(/[\d.]+\)$/, '0)'));
  c.fillStyle = gradient;
  c.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** Numbers from 0 to 1 that look random and are always the same (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
