import { linkOperations } from './page/operations.js';
import { gatewayPath } from './page/place.js';

/*
 * The script of pages that are only read.
 */
linkOperations(gatewayPath());
document.documentElement.dataset['ready'] = '';
