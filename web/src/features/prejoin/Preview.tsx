import { useTranslation } from 'react-i18next';
import { problemOf, problemOfBoth, VideoPreview, WayOut } from '@/features/devices';
import { useMedia } from '@/media';
import { ShieldCheck, Spinner, TriangleAlert, VideoOff } from '@/ui';
import styles from './PreJoin.module.css';

/** One's own picture, or in its place why there is none and what to do. */
export function Preview() {
  return (
    <div className={styles['screen']}>
      <Inside />
    </div>
  );
}

function Inside() {
  const { t } = useTranslation('prejoin');
  const { t: tMedia } = useTranslation('media');
  const camera = useMedia((media) => media.camera);
  const microphone = useMedia((media) => media.microphone);
  const asksMicrophone = microphone.wanted && microphone.state === 'asking';
  const asksCamera = camera.wanted && camera.state === 'asking';
  if (asksCamera || (asksMicrophone && camera.track === null))
    return (
      <div className={styles['message']} role="status" data-asking>
        <ShieldCheck size={32} aria-hidden="true" />
        <p className={styles['what']}>{t('asking.both')}</p>
        <p>{t(asksCamera ? 'asking.help' : 'asking.microphone')}</p>
      </div>
    );
  if (camera.wanted && camera.track !== null)
    return (
      <VideoPreview track={camera.track} label={t('preview')} mirrored={camera.facing !== 'environment'} />
    );
  const both = camera.wanted && microphone.wanted ? problemOfBoth(tMedia, microphone, camera) : null;
  const problem = both ?? (camera.wanted ? problemOf(tMedia, 'camera', camera) : null);
  if (problem !== null)
    return (
      <div className={styles['message']} role="alert">
        <TriangleAlert size={32} aria-hidden="true" />
        <p className={styles['what']}>{problem.title}</p>
        <p>{problem.help}</p>
        <WayOut
          kinds={both === null ? ['camera'] : ['microphone', 'camera']}
          background={problem.background}
        />
      </div>
    );
  return (
    <div className={styles['message']} role="status">
      {camera.wanted && camera.state === 'starting' ? (
        <Spinner size={32} />
      ) : (
        <VideoOff size={32} aria-hidden="true" />
      )}
      <p>{t(camera.wanted && camera.state === 'starting' ? 'camera.starting' : 'camera.off')}</p>
    </div>
  );
}
