import { LiveWire } from './anatomy/live-wire.js';
import { PiecesView } from './anatomy/pieces-view.js';
import { showSample } from './anatomy/sample.js';
import { leadThroughSteps } from './anatomy/stepper.js';
import { linkFrame } from './page/frame.js';
import { part } from './page/part.js';
import { gatewayPath } from './page/place.js';
import { letKeyboardScroll } from './page/scrolling.js';

linkFrame(gatewayPath());
leadThroughSteps(part(document, 'how', HTMLElement));

const wire = part(document, 'wire', HTMLElement);
const view = new PiecesView(wire);
const { transport, sample } = wire.dataset;
if (transport !== undefined) new LiveWire(wire, transport, view).start();
if (sample !== undefined) await showSample(sample, view);
letKeyboardScroll(document);
document.documentElement.dataset['ready'] = '';
