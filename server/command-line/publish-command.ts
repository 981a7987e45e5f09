import { Command } from 'commander';
import { channelFault } from '../../transports/channel.js';
import { publish } from './publish.js';
import { tokenOption } from './token-option.js';
import { DEFAULT_ADDRESS, gatewayAddress, UsageError, wholeNumber } from './usage.js';

/** `pushgate publish`. */
export function publishCommand(done: (status: number) => void): Command {
  return new Command('publish')
    .description('publish a message, or one for each line of standard input')
    .argument('<channel>', 'where to publish')
    .argument(
      '[message]',
      'what to publish: JSON, or else a text; without it, the lines of standard input but for empty ones',
    )
    .option('--url <url>', 'address of the gateway', gatewayAddress, DEFAULT_ADDRESS)
    .addOption(tokenOption())
    .option('--text', 'take every message as a text, even if it looks like JSON')
    .option('--timeout <seconds>', 'how long to try', wholeNumber(1, 3_600), 10)
    .addHelpText(
      'after',
      `
Examples:
  $ pushgate publish chat '{"text":"hi"}'
  $ tail -f app.log | pushgate publish log --text`,
    )
    .action(async (channel: string, message: string | undefined, options) => {
      const fault = channelFault(channel);
      if (fault !== null) throw new UsageError(`Channel "${channel}": ${fault}`);
      done(await publish(channel, message, options));
    });
}
