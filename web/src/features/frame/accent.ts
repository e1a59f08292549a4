/**
 * The organisation's colour, made fit to read: each theme gets the nearest
 * lightness of the same hue that has the contrast the design tokens promise
 * (see ui/tokens.css and its test).
 */

type Colour = readonly [red: number, green: number, blue: number]; // 0 to 1

const white: Colour = [1, 1, 1];
const black: Colour = [0, 0, 0];
// The grounds of ui/tokens.css that the accent stands on: the one it stands out from least, in each theme.
const lightGround = '#eceae6';
const darkGround = '#2a2e32';

const text = 4.5; // WCAG 2.2, 1.4.3

/** parseColour reads "#rrggbb"; undefined for anything else. */
export function parseColour(hex: string): Colour | undefined {
  const match = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(hex);
  if (!match) return undefined;
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((pair) => parseInt(pair, 16) / 255);
  return [red, green, blue];
}

function toHex(colour: Colour): string {
  return `#${colour
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  ) as unknown as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** contrastOf is the contrast ratio of WCAG 2.2, 1 to 21, of two colours "#rrggbb". */
export function contrastOf(one: string, other: string): number {
  const [least = 0, most = 0] = [one, other]
    .map((hex) => luminance(parseColour(hex) ?? black))
    .sort((a, b) => a - b);
  return (most + 0.05) / (least + 0.05);
}

function mix(one: Colour, other: Colour, share: number): Colour {
  return one.map((part, index) => part + ((other[index] ?? 0) - part) * share) as unknown as Colour;
}

/** Moves a colour towards black or white until it stands out enough from every ground. */
function until(colour: Colour, towards: Colour, grounds: readonly string[], least: number): string {
  for (let share = 0; share < 1; share += 0.02) {
    const hex = toHex(mix(colour, towards, share));
    if (grounds.every((ground) => contrastOf(hex, ground) >= least)) return hex;
  }
  return toHex(towards);
}

/** accentTokens gives the design tokens of an accent, for light and for dark pages. */
export function accentTokens(hex: string): Record<'light' | 'dark', Record<string, string>> | undefined {
  const chosen = parseColour(hex);
  if (!chosen) return undefined;
  const onLight = until(chosen, black, ['#ffffff', lightGround], text);
  const lightSoft = toHex(mix(chosen, white, 0.86));
  const onDark = until(chosen, white, [darkGround], text);
  const darkSoft = toHex(mix(parseColour('#1e2124') ?? black, parseColour(onDark) ?? white, 0.2));
  const darker = toHex(mix(parseColour(onLight) ?? black, black, 0.2));
  const lighter = toHex(mix(parseColour(onDark) ?? white, white, 0.25));
  return {
    light: {
      accent: onLight,
      'accent-hover': darker,
      'on-accent': '#ffffff',
      'accent-text': onLight,
      'accent-soft': lightSoft,
      'on-accent-soft': until(parseColour(darker) ?? black, black, [lightSoft], 7),
      focus: onLight,
    },
    dark: {
      accent: onDark,
      'accent-hover': lighter,
      'on-accent': until(mix(chosen, black, 0.75), black, [onDark], text),
      'accent-text': onDark,
      'accent-soft': darkSoft,
      'on-accent-soft': until(parseColour(lighter) ?? white, white, [darkSoft], 7),
      focus: lighter,
      speaking: onDark,
    },
  };
}

function css(accent: string): string {
  const tokens = accentTokens(accent);
  if (!tokens) return '';
  const block = (selector: string, values: Record<string, string>) =>
    `${selector} { ${Object.entries(values)
      .map(([name, value]) => `--${name}: ${value};`)
      .join(' ')} }`;
  // The selectors of ui/tokens.css, so that each wins where its neighbour there would.
  return [
    block(':root', tokens.light),
    `@media (prefers-color-scheme: dark) { ${block(":root:not([data-theme='light'])", tokens.dark)} }`,
    block(":root[data-theme='dark'], [data-surface='stage'][data-surface]", tokens.dark),
  ].join('\n');
}

const storageKey = 'plenum.accent';
let sheet: CSSStyleSheet | undefined;

/** applyAccent colours every page; '' gives our own accent back. */
export function applyAccent(accent: string): void {
  // A sheet made by script is no inline style: our Content-Security-Policy allows it.
  if (!('adoptedStyleSheets' in document)) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(sheet);
  }
  sheet.replaceSync(css(accent));
}

/** rememberAccent applies the accent, now and at the next visit before anything is drawn. */
export function rememberAccent(accent: string): void {
  if (accent === '') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, accent);
  applyAccent(accent);
}

/** startAccent applies the accent of the last visit. */
export function startAccent(): void {
  const accent = localStorage.getItem(storageKey);
  if (accent !== null) applyAccent(accent);
}
