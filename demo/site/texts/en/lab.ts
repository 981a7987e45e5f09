/** What all pages say of the lab, in English. */
export const dictionary = {
  lab: {
    contestant: 'Server',
    own: (technique: string) => `Pushgate, ${technique}`,
    control: (name: string) => `${name} (control)`,
    techniques: {
      websocket: 'WebSocket',
      sse: 'SSE',
      iframe: 'iframe streaming',
      'long-polling': 'long-polling',
      polling: 'polling',
      mqtt: 'MQTT over WebSocket',
    },
    columns: {
      steady: 'CPU per message',
      burst: 'in a burst',
      saturation: 'at saturation',
      idle: 'memory per idle connection',
      connecting: 'CPU per connection made',
      p50: 'median latency',
      p99: 'p99',
    },
    settings: {
      subscribers: (count: string) => `${count} subscribers`,
      perSecond: (count: string) => `${count} a second`,
      bytes: (size: string) => size,
      burst: (count: string) => `${count} at once`,
      pollMs: (seconds: string) => `polls every ${seconds} s`,
      delayMs: (time: string) => `${time} away`,
      retained: (count: string) => `${count} in the log`,
    },
    list: (settings: readonly string[]) => settings.join(', '),
    note: (columns: readonly string[], settings: string) => `${columns.join(', ')}: ${settings}`,
    notes: (notes: readonly string[]) => `${notes.join('; ')}.`,
    failed: 'failed',
    notMeasured: 'not measured with these settings',
    wire: (payload: string, down: string) =>
      `A payload of ${payload} took ${down} over WebSocket: it travels in a record, which is JSON with the message’s id and channel around it, and the record in a frame with a header; other transports have the heads of their chunks and answers there.`,
    measured: (date: string, command: string, minutes: string, machine: string) =>
      `Measured on ${date} with ${command} in ${minutes} minutes: ${machine}. Only ratios mean anything.`,
    revision: (command: string, revision: string) => `${command} at ${revision}`,
    changed: (revision: string) => `${revision}, changed`,
    pinned: 'server and load on a core each',
    unpinned: 'server and load on any core',
    once: 'everything measured once',
    spread: (percent: string) => `half of all measurements differ by less than ${percent} % between their runs`,
  },
};
