/** What there is to say about the techniques whose answer never ends, in English. */
const live = { server: 'Gateway', wire: 'live', adds: [], compare: [] };

export const streams = {
  iframe: {
    ...live,
    name: 'Iframe streaming',
    lead: 'A hidden frame loads a document that never ends. Each message is one more script in it, which the browser runs as soon as it arrives.',
    costs:
      'One request and some 1.9 kB before the first message, of which 1 KiB is padding and a quarter of one the gateway’s hello; then 32 bytes around each. One connection is held.',
    fits: 'Browsers from before server-sent events. Today it is an exhibit.',
    steps: [
      {
        label: 'a frame loads',
        text: 'The page puts an invisible iframe into itself. The browser asks for its document like for any other.',
      },
      {
        label: '200, padding, no end',
        text: 'The server sends the head, and a first KiB that says nothing: browsers hold back less than that.',
      },
      {
        label: 'script: hello',
        text: 'The first script arrives and runs. Now the page knows that scripts get through.',
      },
      { label: 'a message', text: 'A message is published.' },
      {
        label: 'script: the message',
        text: 'One more script is written into the same answer. It hands its record to the page around the frame by postMessage.',
      },
      {
        label: 'the next document',
        text: 'The browser keeps all that it has received. After 4 MiB the page loads the next document, from the last message on.',
      },
    ],
    note: 'They leave out the renewal of the document, and how to find out that it was cut.',
    history: [
      'Known as “forever frame”. Gmail’s chat brought it to everybody in 2006.',
      'Internet Explorer showed its spinning globe for as long as the document loaded, and clicked audibly at each new one. Google’s answer, found in Gmail’s code by Alex Russell in February 2006: put the frame into a document of an ActiveXObject(“htmlfile”), which belongs to no window. So nothing spins, and nothing clicks.',
      'The trick had a catch: after a few messages the browser closed the connection, and nobody knew why. It took until late in 2007 for Michael Carter to explain on Comet Daily how the object has to be used.',
    ],
    quirks: [
      'The page seems to load for ever: a spinner, a busy cursor or a stop button, depending on the browser.',
      'Without a declared charset and a first KiB, Firefox holds the document back for 3 seconds and WebKit for 1.6.',
      'A page cannot see the status of a frame. A refusal looks like a document that ended, and of one that was cut Chromium tells nothing at all.',
      'Whatever stands in a script has to be escaped for it: a “<” in a message could end the script.',
      'Six connections to a host over HTTP/1.1, as for every answer that does not end.',
    ],
    use: [
      'As an exhibit.',
      'A browser has neither EventSource nor a fetch that streams, and a request for each message is too much.',
    ],
    avoid: ['SSE or long-polling work, which is nearly everywhere.'],
    standard: [
      'None for the technique. RFC 6202, section 3, describes streaming over HTTP.',
      'WHATWG HTML, “Cross-document messaging”, for postMessage; RFC 9112, section 7.1, for chunks.',
    ],
  },
  sse: {
    ...live,
    name: 'Server-sent events',
    lead: 'One answer that never ends, in a text format made for this. The browser parses it, reconnects by itself and says where it was.',
    costs:
      'One request, then some 30 bytes around each message. One connection is held, of the six that a browser opens to a host over HTTP/1.1.',
    fits: 'What goes down only: feeds, notifications, answers that are written while you read.',
    steps: [
      {
        label: 'GET, text/event-stream',
        text: 'The page makes an EventSource. The browser asks with an ordinary GET.',
      },
      {
        label: '200, never ends',
        text: 'The server sends the head of the answer and keeps the body open. Every proxy knows what that is: a long download.',
      },
      { label: 'a message', text: 'Message 42 is published.' },
      {
        label: 'id: 42, data: …',
        text: 'The server writes a few lines of text. The empty line at the end makes the browser call the listener.',
      },
      {
        label: 'the line is cut',
        text: 'A train enters a tunnel. The browser notices, and waits for as long as “retry:” has told it.',
      },
      {
        label: 'GET, Last-Event-ID: 42',
        text: 'It asks again by itself, with the last id in a header. The server goes on from there.',
      },
    ],
    note: 'They leave out heartbeats, a limit to what is kept, and who may ask.',
    history: [
      'Ian Hickson wrote it into the WHATWG’s Web Applications 1.0 from 2004 on, and Opera implemented it in September 2006, years before the others. Internet Explorer never did.',
      'It was forgotten beside WebSocket, and came back: over HTTP/2 its connections cost little, and the answers of AI assistants are streamed in its format.',
    ],
    quirks: [
      'Six connections to a host over HTTP/1.1, for all tabs together: the seventh tab waits, and with it every other request. Chrome and Firefox have closed the reports as “Won’t fix”. Over HTTP/2 they are streams of one connection.',
      'EventSource cannot set headers, and hides the status of a refusal.',
      'It reconnects by itself, but not after every error: an answer with another status or media type ends it for good.',
      'Proxies that buffer let the head through and then nothing. nginx heeds “X-Accel-Buffering: no”.',
      'Text only, in UTF-8. A line break in a message would end its field.',
    ],
    use: [
      'Feeds, notifications, progress, answers that are streamed: what goes down only.',
      'Existing proxies, logs, authentication and tools have to go on working: it is plain HTTP.',
    ],
    avoid: ['Much goes up as well: each time that is a request of its own.', 'The data is binary.'],
    standard: ['WHATWG HTML, section 9.2, “Server-sent events”.', 'RFC 9112, section 7.1, for the chunks of its body.'],
  },
  websocket: {
    ...live,
    name: 'WebSocket',
    lead: 'A request of HTTP that turns into something else: after the handshake both sides send frames over one socket, whenever they like.',
    costs:
      'One handshake, then 2 to 10 bytes around each message, and 4 more on the way up. One socket is held, and the network has to let it through.',
    fits: 'Much in both directions: games, editing together, live rooms.',
    steps: [
      {
        label: 'GET, Upgrade: websocket',
        text: 'The browser asks with a GET to change the protocol, and sends a random key along.',
      },
      {
        label: '101, then frames',
        text: 'The server answers 101, and with a hash of the key: so it has understood, and is no cache that plays back an old answer. HTTP is over on this connection.',
      },
      { label: 'a message', text: 'A message is published.' },
      {
        label: 'a text frame',
        text: 'It goes down with a header of two bytes, four if it is longer than 125 bytes, ten from 64 KiB on.',
      },
      {
        label: 'a masked frame',
        text: 'What goes up is combined with four random bytes by XOR. They stand before it, so anybody can undo it.',
      },
      {
        label: 'a frame with the ack',
        text: 'The answer comes when it comes. Which question it is for the application has to say: frames know nothing of answers.',
      },
    ],
    note: 'The server is enough to see how it works, and no more than that: real ones use a package.',
    history: [
      'It began as TCPConnection in the drafts of HTML5. In 2008 Michael Carter and Ian Hickson gave it its name; Chrome had it in 2009, and RFC 6455 came in December 2011.',
      'In between an experiment (“Talking to Yourself for Fun and Profit”, 2011) showed that proxies could be fooled by payloads that looked like HTTP requests, and their caches poisoned. Firefox and Opera turned it off; masking is the answer to that.',
    ],
    quirks: [
      'Masking keeps no secret. It only makes sure that a page cannot choose which bytes go over the wire (RFC 6455, section 10.3). So it goes up only: a server has no reason to attack proxies.',
      'An upgrade that was accepted proves nothing: some proxies answer 101 and then swallow frames.',
      'Nothing reconnects, resumes or notices a dead line by itself. That is yours, or a library’s.',
      'The same-origin rule does not apply: a page from anywhere can connect, so the server has to check Origin. From another site only cookies with SameSite=None go along, wherever those that say nothing count as Lax, as in Chrome since version 80.',
      'A page cannot set headers, sees no status of a refusal but close code 1006, and cannot send pings.',
      'Browsers do not count it among the six connections to a host.',
    ],
    use: [
      'Much goes both ways: games, editing together, live rooms.',
      'Many small messages: nothing has fewer bytes around each of them.',
    ],
    avoid: [
      'A few messages go down, and plain HTTP is all that your servers and proxies speak.',
      'A network stops upgrades. Then something has to be there to fall back to.',
    ],
    standard: [
      'RFC 6455, “The WebSocket Protocol”; RFC 7692 for compression; RFC 8441 over HTTP/2.',
      'The WHATWG’s “WebSockets” standard for the interface in browsers.',
    ],
  },
};
