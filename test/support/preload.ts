/**
 * Loads the halves of all transports before the tests of a file, one after the other. Under Node before 22.21, Jest
 * cannot load two modules at once when they share an import (jestjs/jest#11434), and that is how the gateway loads them.
 */
import { catalog } from '../../transports/catalog.js';

for (const name of catalog) {
  await import(`../../transports/${name}/server.js`);
  await import(`../../transports/${name}/client.js`);
}
