import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { makeQueryClient } from '@/api';
import { KitProvider, Toasts } from '@/ui';
import { Confirmation } from './Confirmation';
import { ErrorBoundary } from './ErrorBoundary';
import { Loading } from './Loading';
import { Routes } from './Routes';

export function App() {
  const { i18n } = useTranslation('common');
  const [location, navigate] = useLocation();
  const [queries] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <KitProvider locale={i18n.language} navigate={navigate}>
        <ErrorBoundary key={pageOf(location)}>
          <Suspense fallback={<Loading />}>
            <Routes />
          </Suspense>
        </ErrorBoundary>
        <Confirmation />
        <Toasts />
      </KitProvider>
    </QueryClientProvider>
  );
}

/** The administration is one page: its frame stays while one goes from part to part. */
function pageOf(location: string): string {
  return location.startsWith('/admin') ? '/admin' : location;
}
