import { useEffect, useRef } from 'react';
import { paintPicture, type PictureId } from '@/media/background/pictures';

/** Painted at twice the size it is shown at, for sharp screens. */
const width = 256;
const height = 144;

export function Thumbnail({ id }: { id: PictureId }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) paintPicture(id, canvas.current);
  }, [id]);
  return <canvas ref={canvas} width={width} height={height} aria-hidden="true" />;
}
