/** WebAuthn's options as the server gives them, in JSON: in `publicKey` or bare. */
type PasskeyOptions = unknown;

/** hasPasskeys says whether this browser can use passkeys at all. */
export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in window && 'credentials' in navigator;
}

/** Whether the browser can offer passkeys among its suggestions for the e-mail field. */
export async function suggestsPasskeys(): Promise<boolean> {
  if (!hasPasskeys()) return false;
  // Not in every browser that we serve, whatever the types say.
  const ask = (PublicKeyCredential as Partial<typeof PublicKeyCredential>).isConditionalMediationAvailable;
  return ask === undefined ? false : ask.call(PublicKeyCredential);
}

/** The person closed the browser's question, or let it run out. */
export class PasskeyDeclined extends Error {
  override readonly name = 'PasskeyDeclined';
}

export interface Asking {
  /** Ends the question. */
  signal?: AbortSignal;
  /** Asks among the suggestions of a field instead of at once. */
  suggested?: boolean;
}

/** getPasskey has the person show one of their passkeys; the answer is what the server takes, as JSON. */
export async function getPasskey(
  options: PasskeyOptions,
  { signal, suggested = false }: Asking = {},
): Promise<object> {
  const publicKey = decoded(options) as unknown as PublicKeyCredentialRequestOptions;
  return encoded(
    await declining(
      navigator.credentials.get({
        publicKey,
        ...(signal && { signal }),
        ...(suggested && { mediation: 'conditional' }),
      }),
    ),
  );
}

/** makePasskey has the person's device make a passkey. */
export async function makePasskey(options: PasskeyOptions): Promise<object> {
  const publicKey = decoded(options) as unknown as PublicKeyCredentialCreationOptions;
  return encoded(await declining(navigator.credentials.create({ publicKey })));
}

async function declining(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    // NotAllowedError: closed or run out; AbortError: by our signal; InvalidStateError: this device has one already.
    if (!(error instanceof DOMException)) throw error;
  }
  throw new PasskeyDeclined();
}

/** The members that are bytes, in base64url on the way (Web Authentication Level 3, §5.1.8 and §5.1.9). */
const bytes = new Set(['challenge', 'id']);

// parseRequestOptionsFromJSON does the same in newer browsers only.
function decoded(options: PasskeyOptions): Record<string, unknown> {
  const given = options as Record<string, unknown>;
  const inner = given['publicKey'] ?? given;
  const walk = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown) => walk(item, path));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const isBytes = bytes.has(name) && path !== 'rp' && path !== 'extensions';
        return [name, isBytes && typeof item === 'string' ? fromBase64(item) : walk(item, name)];
      }),
    );
  };
  return walk(inner, '') as Record<string, unknown>;
}

function encoded(credential: PublicKeyCredential): object {
  const { response } = credential;
  const attested = response instanceof AuthenticatorAttestationResponse;
  const asserted = response instanceof AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: toBase64(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: toBase64(response.clientDataJSON),
      ...(attested && {
        attestationObject: toBase64(response.attestationObject),
        transports: response.getTransports(),
      }),
      ...(asserted && {
        authenticatorData: toBase64(response.authenticatorData),
        signature: toBase64(response.signature),
        userHandle: response.userHandle ? toBase64(response.userHandle) : undefined,
      }),
    },
  };
}

/** toBase64 is base64url without padding (RFC 4648 §5). */
export function toBase64(buffer: ArrayBuffer): string {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** fromBase64 reads what toBase64 writes. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
}
