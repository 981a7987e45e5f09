/** What the page says from which a visitor uses the gateway, in English. */
export const dictionary = {
  terminal: {
    heading: 'Try it from a terminal',
    explanation: 'The gateway speaks plain HTTP. Publish from another terminal and see it arrive in every lane above.',
    publish: 'Publish a message',
    stream: 'Follow the chat as it happens',
    machine: 'Follow the machine’s figures',
    history: 'Read the last messages',
    copy: 'Copy',
    copyOf: (what: string) => `Copy: ${what}`,
    copied: 'Copied',
    select: 'Selected, copy it now',
  },
};
