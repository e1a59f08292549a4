/** The server's limit for the domains of a lobby. */
export const mostDomains = 20;

/** Domains from a list that somebody typed: commas, spaces, "@" and capitals do not matter. */
export function domainsOf(text: string): string[] {
  const found = text
    .toLowerCase()
    .split(/[\s,;]+/u)
    .map((each) => each.replace(/^.*@/u, ''))
    .filter((each) => each !== '');
  return [...new Set(found)];
}

/** Whether it has the shape of a domain name; whether it exists is nobody's business. */
export function isDomain(text: string): boolean {
  return /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u.test(text);
}
