// The codes an authenticator app shows (RFC 6238: SHA-1, 30 s, six digits).
import { createHmac } from 'node:crypto'

/** The code of a secret in base32 at a moment in milliseconds. */
export function totp(secret: string, at = Date.now()): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac[mac.length - 1] ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** A code that was not used yet: the one of the step after the last, which servers accept a little early. */
export class Authenticator {
  private last = 0

  constructor(private readonly secret: string) {}

  async code(): Promise<string> {
    let step = Math.floor(Date.now() / 30_000)
    if (step <= this.last) step = this.last + 1
    // Not earlier than one step ahead of the clock.
    while (Math.floor(Date.now() / 30_000) + 1 < step) await new Promise((resolve) => setTimeout(resolve, 500))
    this.last = step
    return totp(this.secret, step * 30_000)
  }
}

function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = ''
  for (const character of text.toUpperCase().replaceAll(/[\s=]/g, '')) bits += alphabet.indexOf(character).toString(2).padStart(5, '0')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}
