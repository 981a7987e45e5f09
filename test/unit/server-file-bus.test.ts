import { FileBus } from '../../server/bus/file/file-bus.js';
import { newFolder } from '../support/folder.js';
import { describeBus } from './bus-contract.js';

describeBus({
  name: 'FileBus',
  open: (options) => FileBus.open({ directory: newFolder(), ...options }),
  runs: 40,
});

describeBus({
  name: 'FileBus that has everything on disk',
  open: (options) => FileBus.open({ directory: newFolder(), recentBytes: 0, flush: false, ...options }),
  runs: 40,
});
