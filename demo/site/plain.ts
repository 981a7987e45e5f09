import { linkFrame } from './page/frame.js';
import { gatewayPath } from './page/place.js';

// A page on which nothing moves.
linkFrame(gatewayPath());
document.documentElement.dataset['ready'] = '';
