import type { Piece } from '../../words/capture.js';

/** What went over the wire between the two snippets of mqtt, as `scripts/samples.ts` captured it. */
export const pieces: readonly Piece[] = [
  {
    number: 1,
    connection: 1,
    at: 0,
    what: 'up',
    bytes:
      'R0VUIC8gSFRUUC8xLjENCkhvc3Q6IDEyNy4wLjAuMTo0NDA4MQ0KQ29ubmVjdGlvbjogVXBncmFkZQ0KUHJhZ21hOiBuby1jYWNoZQ0KQ2FjaGUtQ29udHJvbDogbm8tY2FjaGUNClVzZXItQWdlbnQ6IE1vemlsbGEvNS4wIChYMTE7IExpbnV4IHg4Nl82NCkgQXBwbGVXZWJLaXQvNTM3LjM2IChLSFRNTCwgbGlrZSBHZWNrbykgSGVhZGxlc3NDaHJvbWUvMTQ3LjAuNzcyNy4wIFNhZmFyaS81MzcuMzYNClVwZ3JhZGU6IHdlYnNvY2tldA0KT3JpZ2luOiBodHRwOi8vMTI3LjAuMC4xOjQ0MDgxDQpTZWMtV2ViU29ja2V0LVZlcnNpb246IDEzDQpBY2NlcHQtRW5jb2Rpbmc6IGd6aXAsIGRlZmxhdGUsIGJyLCB6c3RkDQpTZWMtV2ViU29ja2V0LUtleTogNHU4bE1kWDNheS9Jank1WG0wVHRGQT09DQpTZWMtV2ViU29ja2V0LUV4dGVuc2lvbnM6IHBlcm1lc3NhZ2UtZGVmbGF0ZTsgY2xpZW50X21heF93aW5kb3dfYml0cw0KU2VjLVdlYlNvY2tldC1Qcm90b2NvbDogbXF0dA0KDQo=',
  },
  {
    number: 2,
    connection: 1,
    at: 17,
    what: 'down',
    bytes:
      'SFRUUC8xLjEgMTAxIFN3aXRjaGluZyBQcm90b2NvbHMNClVwZ3JhZGU6IHdlYnNvY2tldA0KQ29ubmVjdGlvbjogVXBncmFkZQ0KU2VjLVdlYlNvY2tldC1BY2NlcHQ6IDkvRGZ6WDR6NW9RY0VHc2VLUlI1ZXZxSk05bz0NClNlYy1XZWJTb2NrZXQtUHJvdG9jb2w6IG1xdHQNCg0K',
  },
  { number: 3, connection: 1, at: 19, what: 'up', bytes: 'gphURWm6RFNpvhkUPe5QR2mkVE9bjmZ8W4tifFiN' },
  { number: 4, connection: 1, at: 21, what: 'down', bytes: 'ggQgAgAA' },
  { number: 5, connection: 1, at: 25, what: 'up', bytes: 'gotyxhYK8M8WC3LCeG8FtRY=' },
  { number: 6, connection: 1, at: 25, what: 'down', bytes: 'ggWQAwABAA==' },
  { number: 7, connection: 1, at: 338, what: 'down', bytes: 'gg0wCwAEbmV3c2hlbGxv' },
];
