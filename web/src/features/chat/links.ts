/** A stretch of a message: plain text, or text that is also a web address. */
export interface Piece {
  readonly text: string;
  /** Set for addresses: what the browser opens, http or https only. */
  readonly href?: string;
}

// Stops at white space, quotes, angle brackets and the invisible characters that
// turn the direction of writing (Unicode UAX #9): an address must read as it leads.
const candidate = /\b(?:https?:\/\/|www\.)[^\s<>"“”«»`\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu;

const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** Takes off the punctuation that ends the sentence, not the address. */
function trimmed(address: string): string {
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    const opener = closing[last];
    const kept = address.slice(0, end);
    const unbalanced = opener !== undefined && count(kept, last) > count(kept, opener);
    if (!unbalanced && !/[.,;:!?'’*_~…]/u.test(last)) break;
  }
  return address.slice(0, end);
}

// URL.parse is younger than the browsers we serve.
function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/**
 * The address to open, or undefined when it is none. Addresses with a user name
 * in them (https://bank.example@elsewhere.example) stay text: they mislead.
 */
function target(address: string): string | undefined {
  const url = parsed(/^www\./iu.test(address) ? `https://${address}` : address);
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  if (/^www\./iu.test(address) && !url.hostname.slice('www.'.length).includes('.')) return undefined;
  return url.href;
}

/** Splits a message into text and addresses. Joined again, the texts are the message. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let plainFrom = 0;
  for (const match of text.matchAll(candidate)) {
    const address = trimmed(match[0]);
    const href = target(address);
    if (href === undefined) continue;
    if (match.index > plainFrom) found.push({ text: text.slice(plainFrom, match.index) });
    found.push({ text: address, href });
    plainFrom = match.index + address.length;
  }
  if (plainFrom < text.length) found.push({ text: text.slice(plainFrom) });
  return found;
}
