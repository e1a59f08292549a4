import { useTranslation } from 'react-i18next';
import { type DeviceKind, useMedia } from '@/media';
import { Banner, Button } from '@/ui';
import { problemOf } from './problem';

/** Why the microphone or the camera is not on, and the way out; nothing while all is well. */
export function DeviceProblem({ kind }: { kind: DeviceKind }) {
  const { t } = useTranslation('media');
  const wanted = useMedia((media) => media[kind].wanted);
  const state = useMedia((media) => media[kind].state);
  const reason = useMedia((media) => media[kind].reason);
  const problem = wanted ? problemOf(t, kind, { state, reason }) : null;
  if (problem === null) return null;
  return (
    <Banner
      tone="warning"
      live
      title={problem.title}
      actions={<WayOut kinds={[kind]} background={problem.background} />}
    >
      {problem.help}
    </Banner>
  );
}

export function WayOut({ kinds, background }: { kinds: readonly DeviceKind[]; background: boolean }) {
  const { t } = useTranslation('media');
  const retry = useMedia((media) => media.retry);
  const setBackground = useMedia((media) => media.setBackground);
  return background ? (
    <Button size="small" onPress={() => setBackground('none')}>
      {t('withoutBackground')}
    </Button>
  ) : (
    <Button size="small" onPress={() => kinds.forEach(retry)}>
      {t('tryAgain')}
    </Button>
  );
}
