/** What is commonly said of the techniques, in English: a claim each, by a name that says nothing to a visitor. */
export const dictionary = {
  techniques: {
    polling: {
      name: 'Polling',
      favour: {
        simple: 'Simplest on both sides',
        everywhere: 'Works everywhere',
        later: 'Fits questions whose answer comes later',
      },
      against: {
        late: 'Late by up to the interval',
        empty: 'Most requests bring nothing',
        load: 'A short interval loads the server',
        battery: 'A short interval drains the battery',
      },
      use: 'Signing in by QR code, waiting for a payment',
    },
    'long-polling': {
      name: 'Long-polling',
      favour: {
        prompt: 'Nearly as prompt as push',
        needed: 'No request without a message, but for time-outs',
        everywhere: 'Works everywhere',
      },
      against: {
        each: 'A request for every message',
        held: 'Waiting requests hold resources: on some servers a thread each',
        order: 'Order is hard to keep',
        awkward: 'Awkward to maintain',
      },
      use: 'Early web chat products',
    },
    iframe: {
      name: 'Iframe streaming',
      favour: { prompt: 'Prompt', needed: 'No useless requests', simple: 'Simple' },
      against: {
        loading: 'The page seems to load for ever, with a spinner and a busy cursor',
        held: 'Long connections on the server',
        errors: 'Clumsy errors',
        htmlfile: 'Without a spinner only in old Internet Explorer, by its “htmlfile” object',
      },
      use: 'Early Gmail with Talk',
    },
    xhr: {
      name: 'XHR / fetch streaming',
      favour: { same: 'The same as an iframe, without the spinner' },
      against: { grows: 'The text of the answer grows in memory until it is renewed' },
      use: null,
    },
    sse: {
      name: 'SSE',
      favour: {
        standard: 'A standard',
        little: 'Little code',
        many: 'Many messages over one response of plain HTTP',
        resumes: 'Reconnects and resumes by itself',
        origin: 'Cross-origin by headers',
        fits: 'Fits the servers and proxies that are there',
      },
      against: {
        down: 'One way only',
        upwards: 'What goes up needs requests of its own',
        text: 'Text only',
        explorer: 'Not in old Internet Explorer, but for a polyfill',
        six: 'Six connections to a host under HTTP/1.1',
      },
      use: 'Answers of AI assistants, feeds, notifications',
    },
    websocket: {
      name: 'WebSocket',
      favour: {
        both: 'Both ways',
        least: 'Least overhead for a message',
        binary: 'Binary',
        origin: 'Cross-origin',
      },
      against: {
        operate: 'Another protocol to operate',
        yours: 'Reconnecting, heartbeats and resuming are left to you',
        stopped: 'Some proxies and firewalls stop it',
      },
      use: 'Games, co-editing, live rooms',
    },
    mqtt: {
      name: 'MQTT over WebSocket',
      favour: {
        light: 'Mature, light publish and subscribe, with brokers',
        quality: 'Levels for how surely a message is delivered',
        network: 'Good on bad networks',
      },
      against: { broker: 'A broker to run', client: 'One more client' },
      use: 'Devices and apps; pages, through the WebSocket port of a broker such as RabbitMQ or mosquitto',
    },
    'socket-io': {
      name: 'Socket.IO',
      favour: {
        chooses: 'Chooses a way by itself',
        adds: 'Events, rooms and acknowledgements',
        friendly: 'Friendly to begin with',
      },
      against: { both: 'Both ends must speak it' },
      use: 'The usual choice in Node',
    },
  },
  /** What else stands in the table. */
  claims: {
    noRace: 'does not race here',
    documentOf: (technique: string) => `How it works: ${technique}`,
    /** Between the claims of one cell where there are no lines. */
    stop: '; ',
    marked: (claim: string, verdict: string) => `${claim} (${verdict})`,
  },
};

/** What is commonly said of one technique. */
export interface TechniqueTexts {
  readonly name: string;
  readonly favour: Readonly<Record<string, string>>;
  readonly against: Readonly<Record<string, string>>;
  /** `null` where nobody says so. */
  readonly use: string | null;
}
