/** secretIn gives the secret of a link, which is in the fragment: no server sees that. '' for none. */
export function secretIn(hash: string): string {
  const secret = hash.replace(/^#/, '');
  return /^[\w-]{1,100}$/.test(secret) ? secret : '';
}
