import { ApiFault } from './fault';

export interface Options {
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON, a file as it is. */
  body?: object;
}

/** request asks the server and gives the body of its answer, or throws an ApiFault for every way to fail. */
export async function request<Body = void>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { query = {}, body }: Options = {},
): Promise<Body> {
  const url = new URL(`/api/v1${path}`, window.location.origin);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  const content: RequestInit =
    body === undefined
      ? {}
      : body instanceof Blob
        ? { body, headers: { 'Content-Type': body.type } }
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  const response = await fetch(new Request(url, { method, ...content })).catch(() => {
    throw new ApiFault('network', 0);
  });
  if (response.ok) {
    return (
      response.status === 204 || response.headers.get('Content-Length') === '0'
        ? undefined
        : await response.json()
    ) as Body;
  }
  const { code, reference } = (await response.json().catch(() => ({}))) as {
    code?: string;
    reference?: string;
  };
  throw new ApiFault(
    code ?? (response.status === 404 ? 'not_found' : 'internal'),
    response.status,
    reference,
  );
}
