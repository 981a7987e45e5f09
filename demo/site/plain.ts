import { linkOperations } from './page/operations.js';
import { gatewayPath } from './page/place.js';

// A page on which nothing moves.
linkOperations(gatewayPath());
