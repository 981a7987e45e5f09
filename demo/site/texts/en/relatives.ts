/** What there is to say about two relatives that people meet in practice, in English. */
export const relatives = {
  mqtt: {
    name: 'MQTT over WebSocket',
    lead: 'A protocol for devices on bad lines, with a broker in the middle. A browser speaks it through a WebSocket: its packets travel in binary frames.',
    costs: 'A broker to run. Around a short message are 4 bytes and its topic, and the header of a WebSocket’s frame.',
    fits: 'Devices and pages on the same topics, and clients that sleep a lot.',
    server: 'Broker',
    steps: [
      { label: 'GET, Upgrade, mqtt', text: 'The handshake of a WebSocket, with the subprotocol “mqtt”.' },
      {
        label: '101, mqtt',
        text: 'The broker agrees to the subprotocol. From here on there are packets of MQTT in binary frames.',
      },
      {
        label: 'CONNECT',
        text: 'The client says its name, whether it wants its old session back, and how long it may be silent.',
      },
      { label: 'CONNACK', text: 'Accepted, and whether the broker still has a session.' },
      {
        label: 'SUBSCRIBE “news”',
        text: 'The client names topics, perhaps with wildcards, and the quality of service that it wants for each.',
      },
      { label: 'SUBACK', text: 'Granted, with the quality of service that it will be.' },
      { label: 'a message', text: 'Somebody publishes on the topic.' },
      {
        label: 'PUBLISH',
        text: 'It arrives as a header of 2 bytes, the topic with its length in 2 more, and the payload. A header has up to 5 bytes when the message is long, and around it all is that of the WebSocket’s frame.',
      },
    ],
    wire: 'Captured between the two files below, which encode the packets by the standard (MQTT 3.1.1, sections 2 and 3). No broker that you would run took part.',
    note: 'The server is the least that a broker does. Put mosquitto, EMQX or RabbitMQ in its place.',
    history: [
      'Andy Stanford-Clark (IBM) and Arlen Nipper wrote it in 1999 for oil pipelines that were watched over by satellite: few bytes, and lines that come and go.',
      'OASIS made version 3.1.1 a standard in 2014 (also ISO/IEC 20922) and version 5.0 in 2019. WebSocket is chapter 6 of both.',
    ],
    quirks: [
      'Packets do not care for frames: one may come in several, and one frame may hold several.',
      'Browsers reach only the broker’s WebSocket port, which has to be turned on; devices use TCP at 1883 or 8883.',
      'A retained message is the last one of a topic, kept for who subscribes later. It is no history.',
      'Quality of service is between a client and the broker, not from one end to the other.',
    ],
    use: [
      'There are devices as well, which speak it already.',
      'Clients that sleep a lot, on bad lines, with a broker that keeps their sessions.',
    ],
    avoid: [
      'There are only browsers and your own server: then a broker is one more thing to run.',
      'A network that stops WebSocket: in a browser there is nothing to fall back to.',
    ],
    standard: [
      'MQTT 3.1.1 (OASIS, 2014; ISO/IEC 20922:2016) and MQTT 5.0 (OASIS, 2019).',
      'RFC 6455 below it, with the subprotocol “mqtt”.',
    ],
    adds: [
      'Topics in a tree, and subscriptions with wildcards (“home/+/temperature”).',
      'Quality of service: 0 at most once, 1 at least once, 2 exactly once, each for one leg of the way.',
      'Sessions that outlive a connection, retained messages, and a last will that the broker publishes when a client is gone.',
      'A ping of the client within an agreed time, and the broker’s answer to it.',
    ],
    compare: [
      'Pushgate’s log has a number on every message, so that any reader can go on from where it was, without a session for it. A broker queues for each session, and drops when a queue is full.',
      'What it puts around a payload is smaller than a JSON record: 4 bytes and the topic, 7 for the longest messages, and 2 more where delivery is acknowledged.',
      'No fallback: where WebSocket does not get through, nothing does.',
    ],
  },
  'socket-io': {
    name: 'Socket.IO',
    lead: 'The library that most people in Node begin with. It connects by long-polling, moves up to a WebSocket, and sends events instead of messages.',
    costs:
      'Its library at both ends, and sessions that live on one server. Around an event is its name, and a few characters.',
    fits: 'A Node server with its own client: events with acknowledgements, rooms and namespaces.',
    server: 'Socket.IO',
    steps: [
      {
        label: 'GET, transport=polling',
        text: 'Engine.IO, the layer below, begins with long-polling: it works everywhere.',
      },
      { label: '0: a session id', text: 'The server opens a session and tells its id, and how often it will ping.' },
      {
        label: 'POST: 40',
        text: 'Socket.IO connects to a namespace over it: packet 4 is a message, and 0 in it is “connect”.',
      },
      {
        label: 'GET, Upgrade, same id',
        text: 'Beside it the client tries a WebSocket, with the id of the session: both have to reach the same server.',
      },
      { label: '101', text: 'The upgrade is accepted, which proves nothing yet.' },
      { label: '2probe', text: 'A ping through the new socket, with the word “probe”.' },
      {
        label: '3probe',
        text: 'The pong comes back: frames get through. The server ends the poll that is still waiting.',
      },
      { label: '5: upgrade', text: 'The client moves over. From here on everything goes through the WebSocket.' },
      { label: 'an event', text: 'The server emits an event to a room or to all.' },
      {
        label: '42["message",…]',
        text: 'It arrives as a text frame: 4 for a message, 2 for an event, and a JSON array with its name and arguments.',
      },
    ],
    wire: 'Captured between the two files below and a real Chromium, with the packages as they are published.',
    note: 'The server brings the client’s script along, at /socket.io/socket.io.js.',
    history: [
      'Guillermo Rauch published it in 2010, when browsers with a WebSocket were few. It made the choice of transports a library’s matter.',
      'Version 1.0 (2014) put the transports into Engine.IO and turned the order round: first what works everywhere, then the upgrade.',
    ],
    quirks: [
      'Both ends have to speak it: a plain WebSocket client gets nowhere.',
      'With several servers behind a balancer, all requests of a session have to reach the same one while it polls (“sticky sessions”).',
      'Events to who is away are lost by default. Connection state recovery (since 4.6) gives them back for a while, with an adapter that keeps them.',
      'It moves up, but not down again: when WebSocket stops working in mid-life, it reconnects from the start.',
    ],
    use: [
      'A Node server, its own client, and events with acknowledgements, rooms and namespaces: that is what it is made for.',
    ],
    avoid: [
      'Clients in other languages, or curl, have to take part without a library.',
      'No message may be lost, and you do not want to number them yourself.',
    ],
    standard: [
      'None but its own documents: the Engine.IO protocol (version 4) and the Socket.IO protocol (version 5).',
      'HTTP and RFC 6455 below it.',
    ],
    adds: [
      'Events with names and arguments, and an acknowledgement that calls a function back.',
      'Rooms and namespaces on the server.',
      'A heartbeat, reconnecting with back-off, and buffering of what is emitted meanwhile.',
      'Binary attachments within JSON.',
    ],
    compare: [
      'Its session lives on one server, in memory. Pushgate has none: a cursor in the next request is all that a switch, a cut or another node needs.',
      'It begins with what always works and moves up; Pushgate tries the best at once, beside the others, and takes what proved itself.',
      'It has more to offer to an application’s code: rooms, namespaces, binary data.',
    ],
  },
};
