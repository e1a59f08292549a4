import { useMutation, useQueryClient } from '@tanstack/react-query';
import { textOf } from '@/api';
import { confirmed, NotConfirmed } from '@/api/confirm';
import { toast } from '@/ui';

export interface Act<Input, Output> {
  act: (input: Input) => Promise<Output>;
  /** What has changed by it, as the beginning of queries' keys. */
  refresh: readonly unknown[];
  onDone?: (output: Output, input: Input) => void;
  /** False where the form itself shows the failure. */
  toastsFailure?: boolean;
}

/** useAct changes something on the server, with a fresh proof of identity where one is wanted. */
export function useAct<Input = void, Output = void>({
  act,
  refresh,
  onDone,
  toastsFailure = true,
}: Act<Input, Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => confirmed(() => act(input)),
    onSuccess: async (output, input) => {
      onDone?.(output, input);
      await client.invalidateQueries({ queryKey: refresh });
    },
    onError: (error) => {
      if (toastsFailure && !(error instanceof NotConfirmed)) toast.show(textOf(error), { tone: 'danger' });
    },
  });
}
