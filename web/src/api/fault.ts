import { faultText } from '@/i18n/fault';

/** ApiFault is a request that was not carried out; its message is made for the person reading. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';

  constructor(
    /** The server's word for what happened ("meeting.not_found"), or "network" when it was not reached. */
    readonly code: string,
    /** HTTP status, 0 when the server was not reached. */
    readonly status: number,
    /** Finds the cause in the server's log; set for mistakes of the server. */
    readonly reference?: string,
    /** Seconds after which trying again makes sense, 0 for never. */
    readonly retry = 0,
  ) {
    super(code);
  }

  /** What happened and what to do, in the interface's language. */
  get text(): string {
    return faultText(this.code, this.reference === undefined ? {} : { reference: this.reference });
  }
}

/** textOf puts any failure of a request into words. */
export function textOf(error: unknown): string {
  return error instanceof ApiFault ? error.text : faultText('internal');
}
