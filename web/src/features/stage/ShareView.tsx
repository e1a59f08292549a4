/** A shared screen, shown whole, that can be magnified and moved by mouse, touch and keyboard. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VideoView } from '@/room';
import { IconButton, Maximize, ZoomIn, ZoomOut } from '@/ui';
import type { Size } from './layout';
import styles from './ShareView.module.css';
import { most, moved, step, type View, whole, zoomed } from './zoom';

/** CSS pixels per press of an arrow key. */
const arrow = 60;

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [arrow, 0],
  ArrowRight: [-arrow, 0],
  ArrowUp: [0, arrow],
  ArrowDown: [0, -arrow],
};

export interface ShareViewProps {
  readonly seat: string;
  readonly frame: Size;
}

export function ShareView({ seat, frame }: ShareViewProps): React.JSX.Element {
  const { t } = useTranslation('stage');
  const area = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>(whole);
  const pointers = useRef(new Map<number, { x: number; y: number }>());

  // React listens to wheel passively; the page must not zoom or scroll with the picture.
  useEffect(() => {
    const target = area.current;
    if (target === null) {
      return;
    }
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) {
        return;
      }
      event.preventDefault();
      const box = target.getBoundingClientRect();
      const at = {
        x: event.clientX - box.left - box.width / 2,
        y: event.clientY - box.top - box.height / 2,
      };
      setView((before) => zoomed(before, Math.exp(-event.deltaY / 300), frame, at));
    };
    target.addEventListener('wheel', wheel, { passive: false });
    return () => {
      target.removeEventListener('wheel', wheel);
    };
  }, [frame]);

  const drag = (event: React.PointerEvent): void => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (other === undefined) {
      setView((old) => moved(old, now.x - before.x, now.y - before.y, frame));
      return;
    }
    const apart = Math.hypot(now.x - other.x, now.y - other.y);
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    setView((old) => zoomed(old, was > 0 ? apart / was : 1, frame));
  };

  const key = (event: React.KeyboardEvent): void => {
    const direction = arrows[event.key];
    if (direction !== undefined && view.scale > 1) {
      event.stopPropagation();
      event.preventDefault();
      setView((old) => moved(old, direction[0], direction[1], frame));
    }
  };

  return (
    // The buttons inside are the controls; dragging is a convenience beside them.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={styles['share']} onKeyDown={key}>
      {/* Dragging and pinching are conveniences: the buttons below do the same. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={area}
        className={styles['area']}
        data-zoomed={view.scale > 1}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        }}
        onPointerMove={drag}
        onPointerUp={(event) => pointers.current.delete(event.pointerId)}
        onPointerCancel={(event) => pointers.current.delete(event.pointerId)}
        onDoubleClick={() => {
          setView((old) => (old.scale > 1 ? whole : zoomed(old, step * step, frame)));
        }}
      >
        <div
          className={styles['picture']}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
        >
          <VideoView seat={seat} source="screen" fit="contain" />
        </div>
      </div>
      <div className={styles['buttons']} data-zoomed={view.scale > 1}>
        <IconButton
          size="small"
          variant="secondary"
          label={t('zoom.out')}
          icon={<ZoomOut size={18} />}
          isDisabled={view.scale <= 1}
          onPress={() => {
            setView((old) => zoomed(old, 1 / step, frame));
          }}
        />
        <IconButton
          size="small"
          variant="secondary"
          label={t('zoom.whole')}
          icon={<Maximize size={18} />}
          isDisabled={view.scale <= 1}
          onPress={() => {
            setView(whole);
          }}
        />
        <IconButton
          size="small"
          variant="secondary"
          label={t('zoom.in')}
          icon={<ZoomIn size={18} />}
          isDisabled={view.scale >= most}
          onPress={() => {
            setView((old) => zoomed(old, step, frame));
          }}
        />
      </div>
    </div>
  );
}
