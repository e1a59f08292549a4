import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '@/a11y';
import { useMedia } from '@/media';
import { Button, Keyboard, Switch } from '@/ui';
import styles from './DeviceSettings.module.css';
import { keyName } from './keyName';

/** Keys that move the focus or would be missed elsewhere on the page. */
const reserved = new Set(['Tab', 'Enter', 'NumpadEnter', 'MetaLeft', 'MetaRight']);

export function PushToTalkSettings() {
  const { t } = useTranslation('devices');
  const { enabled, key } = useMedia((media) => media.pushToTalk);
  const set = useMedia((media) => media.setPushToTalk);
  const [listening, setListening] = useState(false);
  useEffect(() => {
    if (!listening) return;
    announce(t('talk.press'), 'assertive');
    const onKeyDown = (event: KeyboardEvent): void => {
      // Escape would also close the dialog around this.
      event.preventDefault();
      event.stopPropagation();
      if (reserved.has(event.code)) return;
      setListening(false);
      if (event.code === 'Escape') return;
      set({ key: event.code });
      announce(t('talk.changed', { key: keyName(event.code, t('key.Space')) }), 'assertive');
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => {
      window.removeEventListener('keydown', onKeyDown, { capture: true });
    };
  }, [listening, set, t]);
  return (
    <div className={styles['device']}>
      <Switch
        label={t('talk')}
        description={t('talk.hint')}
        value={enabled}
        onChange={(on) => set({ enabled: on })}
      />
      {enabled && (
        <div className={styles['key']}>
          <span>{listening ? t('talk.press') : t('talk.key', { key: keyName(key, t('key.Space')) })}</span>
          <Button
            size="small"
            icon={<Keyboard size={18} aria-hidden="true" />}
            isDisabled={listening}
            onPress={() => setListening(true)}
          >
            {t('talk.change')}
          </Button>
        </div>
      )}
    </div>
  );
}
