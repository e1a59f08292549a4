import { useTranslation } from 'react-i18next';
import {
  Text,
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { Button, IconButton, LinkButton } from './Button';
import { cx } from './cx';
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from './icons';
import styles from './Toast.module.css';

export type ToastTone = 'info' | 'success' | 'warning' | 'danger';

export interface ToastOptions {
  tone?: ToastTone;
  /** One thing to do about it, such as "Undo". */
  action?: { label: string; onPress: () => void };
  /** In place of an action: where to look, in a new tab; `name` says that, beginning with the label. */
  link?: { label: string; name: string; href: string };
  /** Called when it goes away, by itself, by hand or after the action. */
  onClose?: () => void;
  /** Milliseconds; 6 s by default, 10 s with an action or a link (WCAG 2.2.1 asks for time enough to react). */
  timeout?: number;
}

interface Message extends Pick<ToastOptions, 'action' | 'link'> {
  text: string;
  tone: ToastTone;
}

const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });

export const toast = {
  /** Shows and announces a short message; returns the function that takes it away. */
  show(text: string, { tone = 'info', action, link, onClose, timeout }: ToastOptions = {}): () => void {
    const key = queue.add(
      { text, tone, ...(action && { action }), ...(link && { link }) },
      { timeout: timeout ?? (action || link ? 10_000 : 6_000), ...(onClose && { onClose }) },
    );
    return () => queue.close(key);
  },
};

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

/** Toasts is where they appear; once, at the root of the app. */
export function Toasts() {
  const { t } = useTranslation('common');
  return (
    <ToastRegion queue={queue} aria-label={t('toast.region')} className={cx(styles['region'])}>
      {({ toast: shown }) => {
        const { text, tone, action, link } = shown.content;
        const Icon = icons[tone];
        return (
          <AriaToast toast={shown} className={cx(styles['toast'], styles[tone])}>
            <Icon size={20} aria-hidden="true" />
            <ToastContent className={cx(styles['words'])}>
              <Text slot="title">{text}</Text>
            </ToastContent>
            {action && (
              <Button
                size="small"
                onPress={() => {
                  action.onPress();
                  queue.close(shown.key);
                }}
              >
                {action.label}
              </Button>
            )}
            {link && (
              <LinkButton
                size="small"
                href={link.href}
                label={link.name}
                newTab
                onPress={() => queue.close(shown.key)}
              >
                {link.label}
              </LinkButton>
            )}
            <IconButton
              size="small"
              label={t('close')}
              tooltip={false}
              icon={<X size={18} />}
              onPress={() => queue.close(shown.key)}
            />
          </AriaToast>
        );
      }}
    </ToastRegion>
  );
}
