import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DeviceProblem, VideoPreview } from '@/features/devices';
import { OWN_PICTURE, useMedia } from '@/media';
import { dropOwnPicture, keepOwnPicture, ownPicture, pictureIds } from '@/media/background/pictures';
import { Ban, Button, Image, Spinner, Trash2, UserRound } from '@/ui';
import styles from './BackgroundSettings.module.css';
import { PictureChoice } from './PictureChoice';
import { Thumbnail } from './Thumbnail';

/** What is seen behind the person. */
export function BackgroundSettings() {
  const { t } = useTranslation('background');
  const background = useMedia((media) => media.background);
  const set = useMedia((media) => media.setBackground);
  const camera = useMedia((media) => media.camera);
  const [own, setOwn] = useState(ownPicture);
  const [failed, setFailed] = useState(false);
  const group = useId();
  const input = useRef<HTMLInputElement>(null);
  const choice = (id: string) => ({
    group,
    id,
    chosen: background === id,
    onChoose: () => set(id),
  });

  const keep = async (file: File): Promise<void> => {
    try {
      await keepOwnPicture(file);
      setFailed(false);
      setOwn(ownPicture());
      set(OWN_PICTURE);
    } catch {
      setFailed(true);
    }
  };
  const drop = (): void => {
    dropOwnPicture();
    setOwn(null);
    if (background === OWN_PICTURE) set('blur');
  };

  return (
    <div className={styles['settings']}>
      <div className={styles['screen']}>
        {camera.track === null ? (
          <p className={styles['hint']}>
            {camera.state === 'starting' ? <Spinner label={t('preparing')} /> : t('off')}
          </p>
        ) : (
          <VideoPreview track={camera.track} label={t('label')} mirrored={camera.facing !== 'environment'} />
        )}
      </div>
      <DeviceProblem kind="camera" />
      <fieldset className={styles['choices']}>
        <legend className="visually-hidden">{t('label')}</legend>
        <PictureChoice {...choice('none')} label={t('none')}>
          <Ban size={24} aria-hidden="true" />
        </PictureChoice>
        <PictureChoice {...choice('blur')} label={t('blur')}>
          <span className={styles['blurred']}>
            <UserRound size={28} aria-hidden="true" />
          </span>
        </PictureChoice>
        {pictureIds.map((id) => (
          <PictureChoice key={id} {...choice(id)} label={t(id)}>
            <Thumbnail id={id} />
          </PictureChoice>
        ))}
        {own !== null && (
          <PictureChoice {...choice(OWN_PICTURE)} label={t('own')}>
            <img src={own} alt="" />
          </PictureChoice>
        )}
      </fieldset>
      <div className={styles['own']}>
        <input
          ref={input}
          type="file"
          hidden
          accept="image/jpeg,image/png,image/webp,image/avif"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            // The same file can be chosen again.
            currentTarget.value = '';
            if (file !== undefined) void keep(file);
          }}
        />
        <Button
          size="small"
          icon={<Image size={18} aria-hidden="true" />}
          onPress={() => input.current?.click()}
        >
          {t(own === null ? 'own.choose' : 'own.change')}
        </Button>
        {own !== null && (
          <Button size="small" variant="quiet" icon={<Trash2 size={18} aria-hidden="true" />} onPress={drop}>
            {t('own.remove')}
          </Button>
        )}
      </div>
      <p role="alert" className={styles['hint']}>
        {failed && t('own.failed')}
      </p>
      <p className={styles['hint']}>
        {t('local')} {t('own.hint')}
      </p>
    </div>
  );
}
