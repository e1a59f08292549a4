/** The server's refusal of a command, or the client's own when it could not be sent. */
export class LiveFault extends Error {
  override readonly name = 'LiveFault';

  /**
   * @param code the server's fault code, or {@link connectionLost}
   * @param retry seconds after which trying again makes sense, 0 for never
   */
  constructor(
    readonly code: string,
    readonly retry = 0,
  ) {
    super(code);
  }
}

/** The code of commands that found no connection or lost it before the answer. */
export const connectionLost = 'connection.lost';
