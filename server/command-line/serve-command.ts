import { Command, Option } from 'commander';
import { DEMO_LIMITS } from '../../demo/limits.js';
import { catalog } from '../../transports/catalog.js';
import { DEFAULT_RETENTION } from '../bus/bus.js';
import { DEFAULT_LIMITS } from '../limits/limits.js';
import { busChoice } from './bus-choice.js';
import type { ServeOptions } from './serve.js';
import { serve } from './serve.js';
import { gatewayPath, gather, UsageError, wholeNumber } from './usage.js';

const MAX_INT = 2 ** 31 - 1;

/** `pushgate serve`. */
export function serveCommand(done: (status: number) => void): Command {
  return new Command('serve')
    .description('run a gateway until SIGTERM or Ctrl-C')
    .option('--host <address>', 'address to listen on; 0.0.0.0 for every network', '127.0.0.1')
    .option('-p, --port <number>', 'port to listen on; 0 for any free one', wholeNumber(0, 65_535), 8080)
    .option('--path <path>', 'base path of the gateway', gatewayPath, '/push')
    .option('--origin <origin>', 'web origin whose pages may use the gateway; repeat for more, * for all', gather)
    .option(
      '--allowed-host <name>',
      'name it may be asked under; repeat for more, * for all (default: on 127.0.0.1 localhost and those of --origin)',
      gather,
    )
    .option('--transport <name>', `transport to offer; repeat for more (default: ${catalog.join(', ')})`, gather)
    .addOption(
      new Option('--bus <engine>', 'where the log is kept: memory, or file:<directory> for one that survives')
        .argParser(busChoice)
        .default(busChoice('memory'), 'memory'),
    )
    .option(
      '--new-epoch',
      'once, when the directory of the log is a copy that was put back: tells every client of a gap',
    )
    .option('--retain <count>', 'messages kept of each channel', wholeNumber(1, MAX_INT), DEFAULT_RETENTION.count)
    .option('--retain-bytes <bytes>', 'bytes kept of each channel', wholeNumber(1, MAX_INT), DEFAULT_RETENTION.bytes)
    .option(
      '--retain-age <seconds>',
      'how long messages are kept',
      wholeNumber(1, MAX_INT),
      DEFAULT_RETENTION.ageMs / 1_000,
    )
    .option(
      '--retain-total <bytes>',
      'bytes kept in total',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
      DEFAULT_RETENTION.totalBytes,
    )
    .option(
      '--latest-only <pattern>',
      'channels of which a reader that is behind gets only the latest message; * for any text; repeat for more',
      gather,
    )
    .option('--heartbeat <seconds>', 'a stream is never quiet for longer', wholeNumber(1, 3_600), 25)
    .option(
      '--notice <seconds>',
      'when it stops, only health says so for this time; for load balancers',
      wholeNumber(0, 3_600),
      0,
    )
    .option(
      '--drain <seconds>',
      '… and then, clients come back elsewhere spread over this time',
      wholeNumber(0, 3_600),
      2,
    )
    .option(
      '--max-message <bytes>',
      `the largest message (default: ${DEFAULT_LIMITS.messageBytes}, and ${DEMO_LIMITS.messageBytes} with --demo)`,
      wholeNumber(1, MAX_INT),
    )
    .option(
      '--max-body <bytes>',
      `the largest request body and frame (default: ${DEFAULT_LIMITS.bodyBytes}, and ${DEMO_LIMITS.bodyBytes} with --demo where --max-message is not given)`,
      wholeNumber(1, MAX_INT),
    )
    .option(
      '--max-channels <count>',
      `channels on one connection (default: ${DEFAULT_LIMITS.channels})`,
      wholeNumber(1, MAX_INT),
    )
    .option('--max-per-address <count>', 'clients of one address (default: no limit)', wholeNumber(1, MAX_INT))
    .option('--max-per-user <count>', 'clients of one user (default: no limit)', wholeNumber(1, MAX_INT))
    .addOption(
      new Option('--when-full <policy>', 'beyond these: refuse the new client, or close the oldest one')
        .choices(['refuse', 'close-oldest'])
        .default('refuse'),
    )
    .option(
      '--publish-rate <count>',
      `messages of one publisher in a second (default: no limit, and ${DEMO_LIMITS.publishesPerSecond} with --demo)`,
      wholeNumber(1, MAX_INT),
    )
    .option('--trust-proxy <address>', 'proxy or network whose X-Forwarded-For is believed; repeat for more', gather)
    .option('--jwt-secret-file <file>', 'let in who has a JSON Web Token that is signed with this secret (HS256)')
    .option('--jwt-public-key <file>', '… or with the key to this public key in PEM (RS256, ES256, EdDSA)')
    .option('--jwks <url or file>', '… or with the key to one of this set of public keys')
    .option('--jwt-issuer <issuer>', 'what a token has to have as "iss"')
    .option('--jwt-audience <audience>', 'what a token has to have as "aud"')
    .option('--jwt-cookie <name>', 'cookie in which a token may come, too')
    .addOption(
      new Option('--log-level <level>', 'what is logged on standard error, as lines of JSON')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .option('--tls-cert <file>', 'certificate chain in PEM, to serve https and wss')
    .option('--tls-key <file>', 'private key in PEM')
    .option('--demo', 'serve the demo site at /')
    .addHelpText(
      'after',
      `
Examples:
  $ pushgate serve --demo
  $ pushgate serve --bus file:/var/lib/pushgate
  $ pushgate serve --jwt-secret-file secret.txt --max-per-user 5 --when-full close-oldest
  $ pushgate serve --host 0.0.0.0 --port 443 --tls-cert cert.pem --tls-key key.pem --origin https://example.org \\
      --jwks https://example.org/.well-known/jwks.json`,
    )
    .action(async (options: ServeOptions) => {
      if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
        throw new UsageError('--tls-cert and --tls-key go together.');
      }
      for (const name of options.transport ?? []) {
        if (!catalog.includes(name)) {
          throw new UsageError(`--transport ${name} is unknown; the transports are ${catalog.join(', ')}.`);
        }
      }
      done(await serve(options));
    });
}
