// A login in the page's address, "#login=NAME:PASSWORD", percent-encoded each, as `demo --dashboard`
// prints it. It is taken out of the address at once.
import type { Login } from './link';

export function takeLoginFromAddress(): Login | null {
  const match = /^#login=([^:]*):(.*)$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  try {
    return { user: decodeURIComponent(match[1]!), password: decodeURIComponent(match[2]!) };
  } catch {
    return null;
  }
}
