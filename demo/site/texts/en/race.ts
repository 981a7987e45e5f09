import type { PageTexts } from './common.js';

/** What the race says, in English. */
export const dictionary = {
  idea: {
    heading: 'One log of messages, every way to carry it.',
    text: 'Each lane below is a live connection of your own browser, subscribed to the same channel over a different transport. Nothing is simulated: what you see has been measured on it.',
  },
  start: {
    heading: 'Never heard of long-polling? Start here',
    watch: {
      heading: 'Watch the race',
      text: 'A server cannot ring up a browser: the browser has to ask, or keep a line open. Each dot is a message that has arrived. With polling they come late and in heaps, over WebSocket at once. Compare “Latency now” and “Per message”.',
      link: 'To the lanes',
    },
    break: {
      heading: 'Break it',
      text: 'Cut the connection, block WebSocket, restart the gateway. One client goes on over whatever still works, and as every message has a number, you would see one that is missing.',
      link: 'Break the network',
    },
    read: {
      heading: 'Read the anatomy',
      text: 'Each technique step by step, with the bytes of your own connection and the shortest code that does it: then you can tell which one fits your case.',
      link: 'Take them apart',
    },
  },
  /** What is folded away on a small screen. */
  fold: { show: 'Show', hide: 'Hide' },
  machine: {
    heading: 'The machine behind it',
    explanation: 'Figures of the machine that serves this page, published once a second.',
    tiles: {
      machine: 'CPU, whole machine',
      process: 'CPU, this gateway',
      memory: 'Memory, this gateway',
      loop: 'Event-loop delay',
      connections: 'Open downlinks',
    },
    memory: (heap: string, used: string, total: string) => `${heap} of it heap. Whole machine: ${used} of ${total}`,
    loop: (p99: string) => `99th percentile ${p99}`,
    ofCore: 'of one core',
    ofCores: 'of all cores',
    none: 'none open',
  },
  say: {
    heading: 'Say something into every lane',
    name: 'Name',
    text: 'Message',
    placeholder: 'hello, lanes',
    send: 'Publish',
    sending: 'publishing …',
    sent: (ms: string, uplink: string) => `In the log after ${ms}, ${uplink}.`,
    failed: (reason: string) => `Not published: ${reason}`,
    paused: 'Paused: come back to this tab to publish.',
    guest: 'guest',
  },
  lanes: {
    heading: 'Five lanes, one channel',
    headingOf: (count: number) => `${NUMBERS[count] ?? count} lanes, one channel`,
    legend: {
      label: 'How to read a track',
      bar: 'sent → arrived',
      request: 'request',
      held: 'held open',
      frame: 'answer or frame',
      chat: 'chat',
      twenty: '20 s ago',
      fifteen: '15 s',
      ten: '10 s',
      five: '5 s',
      now: 'now',
    },
    track: (transport: string) => `Arrivals over ${transport} in the last 20 seconds`,
    messages: 'Last messages',
    document: 'How it works',
    documentOf: (transport: string) => `How it works: ${transport}`,
    about: 'Details',
    within: (error: string) =>
      `The clocks of this page and the server are known to ±${error}, and so are latencies: one that is less stands as “< ${error}”.`,
    shared: (messages: string) => `${messages} messages share each poll`,
    terms: {
      heading: 'What do p50, p99 and the other figures mean?',
      latency:
        'How long messages take from their publication at the server to their arrival in this page: the median of those that came last, within a second. The rule is the same for every lane: of a heap, the newest message alone would always look quick.',
      p50: 'Half of the messages were as quick as this or quicker: the usual case (the median).',
      p99: '99 of 100 messages were as quick as this or quicker. It shows the hiccups that people notice and an average hides.',
      each: 'Bytes both ways for one message while the lane is open. Requests that brought nothing are in it, the opening is not. It is more than the payload: that travels in a record of JSON with its id and its channel, and the record in a frame (some bytes), an event, or an answer with the heads of HTTP.',
      opening:
        'Bytes both ways to open the lane, which are paid once: request or handshake, and the gateway’s greeting.',
      idle: 'What the lane costs in a minute in which nothing is published. It is measured when you ask for it above.',
      cpu: 'What one message to one reader costs the gateway’s processor, at 20 messages a second whatever you have set. It is measured when you ask for it above. Polling’s figure is one request divided by all the messages of an interval: with fewer messages it is dearer.',
    },
    from: { machine: 'machine', race: 'race' },
    noStep: 'nothing published yet',
    noChat: 'no chat yet',
    noText: '(no text)',
    noName: 'chat',
    first: 'first',
    behind: (ms: string) => `+${ms}`,
    figures: {
      latency: 'Latency now',
      p50: 'p50',
      p99: 'p99',
      messages: 'Messages',
      requests: 'Requests',
      down: 'Bytes down',
      up: 'Bytes up',
      each: 'Per message',
      opening: 'Opening',
      idle: 'Silent minute',
      cpu: 'CPU/message, at 20/s',
    },
  },
  controls: {
    heading: 'Set the race',
    explanation:
      'With every change a new run begins, and the figures of all lanes with it. A race of your own has a channel and a publisher on the server that only you get; it ends when you leave.',
    feed: 'What is published',
    shared: 'The machine’s figures, once a second',
    own: 'A race of your own',
    rate: 'Publish',
    size: 'Payload',
    interval: 'Polling asks every',
    clients: 'Further clients',
    perSecond: (rate: string) => `${rate} per second`,
    silence: 'nothing',
    asItIs: 'as it is',
    seconds: (seconds: string) => `${seconds} s`,
    clientsOf: (count: number) => (count === 0 ? 'none' : `${count} on each transport`),
    measureIdle: 'Measure a silent minute',
    measuringIdle: (passed: number, of: number) => `Silent for ${passed} of ${of} s: stop`,
    silentWithout: (names: string) =>
      `Measured without ${names}: nothing opens there, or it was never quiet and open for a minute, as with chat.`,
    /** Sentences one after the other. */
    inARow: (sentences: readonly string[]) => sentences.join(' '),
    measureCpu: 'Measure the CPU per message',
    measuringCpu: (measured: number, of: number) => `Measured ${measured} of ${of} …`,
    crowd: (open: number, wanted: number) =>
      `${open} of ${wanted} further clients are connected, from a process of their own on the server’s machine.`,
    noCrowd: 'There are no further clients here: the server takes TLS connections only.',
    outcomes: {
      refused:
        'That would be too much for this server, together with what other visitors race and your other windows. Choose fewer, smaller or rarer messages, or fewer clients.',
      away: 'Only the demo’s own server can do that, and it does not answer.',
      stopped:
        'This race stands still: the server has too much to do with other races now, or does not answer. It goes on when it can.',
      noServer:
        'The demo’s own server does not answer. It publishes what is raced with and counts the bytes: without it the lanes stay empty.',
      busy: 'The server measures for another visitor, or has just done so, or has measured enough for you. Try again in some minutes.',
      failed: 'The measurement came to nothing. Try again.',
      unknownLink: 'The link asks for settings that this page does not have; the race goes on as it was.',
    },
    how: {
      heading: 'How it is measured',
      latency:
        'Latency: from publication by the server’s clock to arrival in this page. p50 and p99 are over the last 600 messages of the run. The clocks are compared by round trips, once a second at first: the error is at most half of the quickest one. “< 1.2 ms” is less than that error, and may have been no time at all.',
      bytes:
        'Requests and bytes: read off the gateway’s own sockets, heads of requests and answers and WebSocket framing included. TLS and what lies below TCP is not. Bytes a message are counted from when the lane was open; what came before that is its opening.',
      idle: 'A silent minute: a race with nothing published, from when every lane is open, by the same counts; a lane that does not open in ten seconds is left out. What is left are heartbeats, and requests that bring nothing.',
      cpu: 'CPU per message: lanes share one gateway, so theirs cannot be told apart. When you ask for it, the server starts a gateway in a process of its own for each transport in turn, with 100 readers in another process, and publishes messages of your size 20 times a second for 4 seconds or more, however often you have set: with less to do, what a process does anyway would be most of it. All that the gateway’s process used is shared among the messages that were delivered.',
    },
  },
  plot: {
    heading: 'Latency over the last minute',
    explanation: 'For each second the median of what arrived in it. The scale is logarithmic.',
    label: 'Latency of each transport over the last minute; the same figures stand beside the lanes and in the table.',
    missing:
      'What draws the plot could not be loaded. The figures stand in the lanes; reload the page to see them drawn.',
  },
  table: {
    heading: 'The usual table, with the figures of this run',
    explanation:
      'What is commonly said of each technique, and beside it what was measured here. A claim that the figures of this very run can decide is marked.',
    key: {
      held: 'held in this run',
      not: 'did not hold in this run',
      unknown: 'not known yet',
      unmeasured: 'not measured here',
    },
    columns: {
      technique: 'Technique',
      favour: 'Said in favour',
      against: 'Said against',
      use: 'Where it is used',
      p50: 'Latency p50',
      p99: 'Latency p99',
      requests: 'Requests a minute',
      each: 'Bytes a message',
      opening: 'Opening, once',
      idle: 'Silent minute',
      cpu: 'CPU a message, at 20/s',
    },
    idleRequests: 'Silent minute, requests',
    clocks: 'Latencies ± (ms)',
    run: 'Run',
    idleOf: (bytes: string, requests: string) => `${bytes}, ${requests} requests`,
    sharedRun: (poll: string, time: string) =>
      `The machine’s figures, 1 per second; polling every ${poll}; run for ${time}`,
    ownRun: (rate: string, size: string, poll: string, others: string, time: string) =>
      `${rate}, ${size} each; polling every ${poll}; ${others}; run for ${time}`,
    beside: (open: number, wanted: number) =>
      wanted === 0 ? 'no further clients' : `${open} of ${wanted} further clients, as many on each transport`,
    stop: '; ',
    within: (error: string) => `latency to ±${error}`,
    png: 'Save as PNG',
    csv: 'Save as CSV',
    link: 'Copy a link to these settings',
    saved: (file: string) => `Saved as ${file}.`,
    copied: 'Copied. The link opens this page with these settings.',
    notCopied: (link: string) => `Copy it from here, or from the address bar: ${link}`,
  },
};

/** The page itself. */
export const pages = {
  index: {
    name: 'Race',
    title: 'Pushgate: every way to push, side by side',
    description:
      'Polling, long-polling, iframe streaming, server-sent events and WebSocket under the same live messages: what each of them does, costs and survives.',
    skip: { to: 'lanes', text: 'Skip to the lanes' },
    footer:
      'Latency is measured against the server’s clock. Bytes are counted at the server’s sockets, HTTP heads included; what you publish is charged to no lane: the page sends it over a client of its own.',
  },
} satisfies Readonly<Record<string, PageTexts>>;

const NUMBERS: Readonly<Record<number, string>> = { 4: 'Four', 5: 'Five', 6: 'Six', 7: 'Seven', 8: 'Eight' };
