/**
 * destination gives where to go after signing in: the path that "from" names if
 * it is one of this site, else the start page. A link to the sign-in page must
 * not send anybody elsewhere.
 */
export function destination(search: string): string {
  const from = new URLSearchParams(search).get('from') ?? '';
  const base = 'https://here.invalid';
  if (!from.startsWith('/') || !URL.canParse(from, base)) return '/';
  const url = new URL(from, base);
  if (url.origin !== base || url.pathname === '/signin' || url.pathname.startsWith('/api/')) return '/';
  return url.pathname + url.search + url.hash;
}
