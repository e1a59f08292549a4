import { useTranslation } from 'react-i18next';
import { FullPageMessage } from '@/features/frame';
import { Button, CircleAlert, RotateCw } from '@/ui';

export function CrashPage({ outdated }: { outdated: boolean }) {
  const { t } = useTranslation('common');
  const what = outdated ? 'updated' : 'crash';
  return (
    <FullPageMessage
      title={t(`${what}.title`)}
      tone={outdated ? 'calm' : 'warning'}
      icon={outdated ? <RotateCw size={40} strokeWidth={1.5} /> : <CircleAlert size={40} strokeWidth={1.5} />}
      actions={
        <Button variant="primary" size="large" onPress={() => window.location.reload()}>
          {t('reload')}
        </Button>
      }
    >
      <p>{t(`${what}.text`)}</p>
    </FullPageMessage>
  );
}
