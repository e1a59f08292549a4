import { lazy, Suspense } from 'react';
import { useConfirmation } from '@/api/confirm';

const ConfirmIdentity = lazy(() => import('@/features/confirm/ConfirmIdentity'));

/** Confirmation shows the question "is it you?" over whatever page asked for it. */
export function Confirmation() {
  const answer = useConfirmation((state) => state.answer);
  return (
    answer && (
      <Suspense>
        <ConfirmIdentity onEnd={answer} />
      </Suspense>
    )
  );
}
