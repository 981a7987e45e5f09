import { nodeHost } from './node-host.js';
import { conformance } from './suite.js';

conformance(await nodeHost());
