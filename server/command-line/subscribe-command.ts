import { Command } from 'commander';
import { catalog } from '../../transports/catalog.js';
import { channelFault } from '../../transports/channel.js';
import { isPosition } from '../../transports/position.js';
import { subscribe } from './subscribe.js';
import { tokenOption } from './token-option.js';
import { DEFAULT_ADDRESS, gatewayAddress, gather, UsageError, wholeNumber } from './usage.js';

/** `pushgate subscribe`. */
export function subscribeCommand(done: (status: number) => void): Command {
  return new Command('subscribe')
    .description('print the messages of channels, one line of JSON each, until Ctrl-C')
    .argument('<channel...>', 'what to listen to')
    .option('--url <url>', 'address of the gateway', gatewayAddress, DEFAULT_ADDRESS)
    .addOption(tokenOption())
    .option('--transport <name>', 'transport to use; repeat for more, best first (default: all that work here)', gather)
    .option('--since <position>', 'where to start: earliest, or the id of a message (default: from now on)')
    .option('--count <number>', 'stop after so many messages', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--data', "print only each message's data")
    .option('-q, --quiet', 'say nothing about the connection on standard error')
    .addHelpText(
      'after',
      `
Examples:
  $ pushgate subscribe chat
  $ pushgate subscribe chat news --transport sse --since earliest --count 10`,
    )
    .action(async (channels: string[], options) => {
      for (const channel of channels) {
        const fault = channelFault(channel);
        if (fault !== null) throw new UsageError(`Channel "${channel}": ${fault}`);
      }
      for (const name of options.transport ?? []) {
        if (!catalog.includes(name)) {
          throw new UsageError(`--transport ${name} is unknown; the transports are ${catalog.join(', ')}.`);
        }
      }
      if (options.since !== undefined && !isPosition(options.since)) {
        throw new UsageError(`--since ${options.since} is neither "earliest" nor the id of a message.`);
      }
      done(await subscribe(channels, options));
    });
}
