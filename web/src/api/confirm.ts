import { create } from 'zustand';
import { ApiFault } from './fault';

/** How a question "is it you?" ended. */
type Answer = (confirmed: boolean) => void;

/** useConfirmation holds the question that the dialog "Confirm it is you" asks; null while there is none. */
export const useConfirmation = create<{ answer: Answer | null }>(() => ({ answer: null }));

/** The person closed the dialog "Confirm it is you": nothing happened, nothing need be said. */
export class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed';
}

/** The question that is open, so that several requests share one. */
let open: Promise<boolean> | undefined;

function ask(): Promise<boolean> {
  open ??= new Promise<boolean>((resolve) => {
    useConfirmation.setState({
      answer: (confirmed) => {
        open = undefined;
        useConfirmation.setState({ answer: null });
        resolve(confirmed);
      },
    });
  });
  return open;
}

/**
 * confirmed carries out what the server wants a fresh proof of identity for:
 * when it asks for one, so does a dialog, and the request is made again.
 */
export async function confirmed<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ApiFault) || error.code !== 'confirm.required') throw error;
    if (!(await ask())) throw new NotConfirmed();
    return act();
  }
}
