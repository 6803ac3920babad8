// The page's beginning: settings first, then everything else.
import 'uplot/dist/uPlot.min.css';
import './style/page.css';
import { App } from './app';
import type { Login } from './link/link';
import { readSettings } from './settings';

// "#login=NAME:PASSWORD", percent-encoded each, as `demo --dashboard` prints it: taken out of the address at once.
function loginOfAddress(): Login | null {
  const match = /^#login=([^:]*):(.*)$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, '', `${location.pathname}${location.search}#/`);
  return { user: decodeURIComponent(match[1]!), password: decodeURIComponent(match[2]!) };
}

async function begin(root: HTMLElement): Promise<void> {
  const login = loginOfAddress();
  const response = await fetch('settings.json', { cache: 'no-store' });
  if (!response.ok) throw new Error('settings.json is not beside this page');
  new App(readSettings(await response.json())).start(root, login);
}

const root = document.getElementById('app');
if (root) {
  begin(root).catch((error: unknown) => {
    root.textContent = `This console cannot start: ${error instanceof Error ? error.message : String(error)}. Write its folder anew by “biglittle dashboard --config FILE --out DIR”.`;
  });
}
