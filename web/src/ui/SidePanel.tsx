import {
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button';
import { cx } from './cx';
import { Sheet } from './Dialog';
import styles from './Dialog.module.css';
import { X } from './icons';
import { useIsPhone } from './useMediaQuery';

// CSS pixels. 360 is the design's width; below 280 a line of chat is no line.
const usual = 360;
const least = 280;
const most = 640;
const step = 24;
const storageKey = 'plenum.panelWidth';

export interface SidePanelProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons beside the title. */
  headActions?: ReactNode;
  /** Children do their own padding and scrolling, as a chat does. */
  filled?: boolean;
}

/**
 * SidePanel stands beside the stage and pushes it: put both into one flex row.
 * Its width can be changed by pointer and by keyboard. On a phone it is a Sheet.
 */
export function SidePanel({ title, onClose, children, headActions, filled = false }: SidePanelProps) {
  const { t } = useTranslation('common');
  const heading = useId();
  const isPhone = useIsPhone();
  const [width, setWidth] = useState(storedWidth);
  // Short messages float over the middle of what is left beside the panel.
  useEffect(() => {
    const { style } = document.documentElement;
    if (!isPhone) style.setProperty('--toast-side', `min(${width}px, 50vw)`);
    return () => {
      style.removeProperty('--toast-side');
    };
  }, [isPhone, width]);
  const drag = useRef<{ x: number; width: number } | null>(null);

  if (isPhone) {
    return (
      <Sheet
        isOpen
        onOpenChange={(isOpen) => {
          if (!isOpen) onClose();
        }}
        title={title}
        headActions={headActions}
        filled={filled}
        tall
      >
        {children}
      </Sheet>
    );
  }

  const change = (wanted: number) => {
    const next = Math.round(Math.min(most, Math.max(least, wanted)));
    setWidth(next);
    localStorage.setItem(storageKey, String(next));
  };
  // In left-to-right writing the panel is at the right: moving left makes it wider.
  const towardsStage = () => (document.documentElement.dir === 'rtl' ? 1 : -1);
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (direction !== undefined) change(width + step * direction * towardsStage());
    else if (event.key === 'Home') change(least);
    else if (event.key === 'End') change(most);
    else return;
    event.preventDefault();
  };
  const onPointerDown = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current) change(drag.current.width + (event.clientX - drag.current.x) * towardsStage());
  };
  const onPointerUp = () => {
    drag.current = null;
  };

  return (
    <aside
      className={styles['panel']}
      aria-labelledby={heading}
      style={{ '--panel-width': `min(${width}px, 50vw)` } as CSSProperties}
    >
      {/* A separator that can be moved is a control (ARIA 1.2, role separator); the lint rule knows only the other kind. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={t('panel.resize')}
        aria-valuenow={width}
        aria-valuemin={least}
        aria-valuemax={most}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles['grip']}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerUp}
        onDoubleClick={() => change(usual)}
      />
      <div className={styles['column']}>
        <div className={styles['head']}>
          <h2 id={heading} className={styles['title']}>
            {title}
          </h2>
          <div className={styles['headActions']}>
            {headActions}
            <IconButton label={t('close')} icon={<X size={20} />} tooltip={false} onPress={onClose} />
          </div>
        </div>
        <div className={cx(styles['body'], filled && styles['filled'])}>{children}</div>
      </div>
    </aside>
  );
}

function storedWidth(): number {
  const stored = Number(localStorage.getItem(storageKey));
  return stored >= least && stored <= most ? stored : usual;
}
