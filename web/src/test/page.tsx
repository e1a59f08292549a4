import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { makeQueryClient } from '@/api';
import { KitProvider, Toasts } from '@/ui';

interface Request {
  method: string;
  path: string;
  body: unknown;
}

/** What a test's server answers: a status and a body, or a function that decides. */
export type Answers = Record<string, [number, unknown] | ((request: Request) => [number, unknown])>;

/** Stands in for the server: `{'GET /api/v1/session': [200, {...}]}`. Gives the requests it got. */
export function serve(answers: Answers): Request[] {
  const requests: Request[] = [];
  vi.stubGlobal('fetch', async (input: globalThis.Request) => {
    const { method, url } = input;
    const text = await input.text();
    const request = {
      method,
      path: new URL(url).pathname,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    requests.push(request);
    const found = answers[`${method} ${request.path}`] ?? [404, { code: 'not_found' }];
    const [status, body] = typeof found === 'function' ? found(request) : found;
    return new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' },
    });
  });
  return requests;
}

/** Renders a page at a path, with all that the app has around it; gives the history of paths. */
export function renderPage(page: ReactNode, path = '/'): string[] {
  const { hook, history, navigate } = memoryLocation({ path, record: true });
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <Router hook={hook}>
        <KitProvider locale="en" navigate={navigate}>
          {page}
          <Toasts />
        </KitProvider>
      </Router>
    </QueryClientProvider>,
  );
  return history;
}
