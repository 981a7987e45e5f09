import { MemoryBus } from '../../server/bus/memory-bus.js';
import { describeBus } from './bus-contract.js';

describeBus({ name: 'MemoryBus', open: async (options) => new MemoryBus(options), runs: 300 });
