import { nodeHost } from '../conformance/node-host.js';
import { fallback } from './fallback-suite.js';

fallback(await nodeHost());
