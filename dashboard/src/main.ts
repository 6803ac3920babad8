// The page's beginning: settings first, then everything else.
import 'uplot/dist/uPlot.min.css';
import './style/page.css';
import { App } from './app';
import { takeLoginFromAddress } from './link/login_address';
import { readSettings } from './settings';

async function begin(root: HTMLElement): Promise<void> {
  const login = takeLoginFromAddress();
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
