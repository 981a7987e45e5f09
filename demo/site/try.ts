import { linkFrame } from './page/frame.js';
import { part } from './page/part.js';
import { gatewayPath } from './page/place.js';
import { letKeyboardScroll } from './page/scrolling.js';
import { showCommands } from './try/commands.js';
import { listConnected } from './try/connected-list.js';
import { takePublications, watchChannel } from './try/console.js';

const path = gatewayPath();
linkFrame(path);
const lists = { curl: part(document, 'commands', HTMLElement), programs: part(document, 'programs', HTMLElement) };
// Of the page's own origin, unless the path is the address of a gateway elsewhere. One at the top of the site has no path.
showCommands(lists, new URL(path, location.origin).href.replace(/\/$/, ''));
takePublications(part(document, 'publish', HTMLFormElement), path);
watchChannel(part(document, 'watch', HTMLFormElement), part(document, 'messages', HTMLElement), path);
listConnected(
  part(document, 'connected', HTMLElement),
  part(document, 'connected-sum', HTMLElement),
  part(document, 'newest', HTMLElement),
);
letKeyboardScroll(document);
document.documentElement.dataset['ready'] = '';
