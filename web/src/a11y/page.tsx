import { useEffect, useRef, type ReactNode } from 'react';

const product = 'Plenum';

/** useDocumentTitle names the browser's tab after the page. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? product : `${title} · ${product}`;
  }, [title]);
}

/** Whether the page that shows now is the first since loading: then the browser itself announces it. */
let isFirstPage = true;

export interface PageHeadingProps {
  /** The tab's title, when it is not the heading's text. */
  title: string;
  children?: ReactNode;
  className?: string | undefined;
}

/**
 * PageHeading is the h1 of a page. It names the tab and takes the focus when
 * the page came by navigation, so that a screen reader begins there. A field
 * with autoFocus on the page wins.
 */
export function PageHeading({ title, children, className }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useDocumentTitle(title);
  useEffect(() => {
    const main = heading.current?.closest('main');
    if (!isFirstPage && !main?.contains(document.activeElement))
      heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} className={className}>
      {children ?? title}
    </h1>
  );
}
