import { useMutation, useQueryClient } from '@tanstack/react-query';
import { account } from '@/api/account';
import { confirmed } from '@/api/confirm';
import { makePasskey } from '@/features/passkey';

/** useAddPasskey has this device make a passkey for the account. */
export function useAddPasskey(onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (name: string) => {
      const { challenge, options } = await confirmed(account.beginPasskey);
      return account.finishPasskey(challenge, name, await makePasskey(options));
    },
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: ['account'] });
      await client.invalidateQueries({ queryKey: ['session'] });
    },
  });
}
