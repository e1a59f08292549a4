import type { ReactNode } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';

export interface KitProviderProps {
  /** Language of the kit's own words and of numbers, such as "de". */
  locale: string;
  /** Makes the kit's links change the page without loading it anew. */
  navigate: (path: string) => void;
  children: ReactNode;
}

export function KitProvider({ locale, navigate, children }: KitProviderProps) {
  return (
    <I18nProvider locale={locale}>
      <RouterProvider navigate={navigate}>{children}</RouterProvider>
    </I18nProvider>
  );
}
