import type { Factor, Step } from '@/api/signin';

const factors: readonly string[] = ['totp', 'passkey', 'recovery'] satisfies Factor[];

/**
 * stepIn reads what a sign-in elsewhere hands over behind the "#": the second
 * factor that is to follow here. undefined for anything else.
 */
export function stepIn(hash: string): Step | undefined {
  const encoded = new URLSearchParams(hash.slice(1)).get('step');
  if (encoded === null) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    const { challenge, factor, options } = JSON.parse(new TextDecoder().decode(bytes)) as Step;
    if (typeof challenge !== 'string' || !Array.isArray(factor)) return undefined;
    return factor.every((each) => factors.includes(each)) ? { challenge, factor, options } : undefined;
  } catch {
    return undefined;
  }
}
