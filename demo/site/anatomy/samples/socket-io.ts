import type { Piece } from '../../words/capture.js';

/** What went over the wire between the two snippets of socket-io, as `scripts/samples.ts` captured it. */
export const pieces: readonly Piece[] = [
  {
    number: 1,
    connection: 1,
    at: 0,
    what: 'up',
    bytes:
      'R0VUIC9zb2NrZXQuaW8vP0VJTz00JnRyYW5zcG9ydD1wb2xsaW5nJnQ9ZmZwYTl1aXUgSFRUUC8xLjENCkhvc3Q6IDEyNy4wLjAuMTozNjA2OQ0KQ29ubmVjdGlvbjoga2VlcC1hbGl2ZQ0KUHJhZ21hOiBuby1jYWNoZQ0KQ2FjaGUtQ29udHJvbDogbm8tY2FjaGUNCnNlYy1jaC11YS1wbGF0Zm9ybTogIkxpbnV4Ig0KVXNlci1BZ2VudDogTW96aWxsYS81LjAgKFgxMTsgTGludXggeDg2XzY0KSBBcHBsZVdlYktpdC81MzcuMzYgKEtIVE1MLCBsaWtlIEdlY2tvKSBIZWFkbGVzc0Nocm9tZS8xNDcuMC43NzI3LjAgU2FmYXJpLzUzNy4zNg0KQWNjZXB0OiAqLyoNCnNlYy1jaC11YTogIkhlYWRsZXNzQ2hyb21lIjt2PSIxNDciLCAiTm90LkEvQnJhbmQiO3Y9IjgiLCAiQ2hyb21pdW0iO3Y9IjE0NyINCnNlYy1jaC11YS1tb2JpbGU6ID8wDQpTZWMtRmV0Y2gtU2l0ZTogc2FtZS1vcmlnaW4NClNlYy1GZXRjaC1Nb2RlOiBjb3JzDQpTZWMtRmV0Y2gtRGVzdDogZW1wdHkNClJlZmVyZXI6IGh0dHA6Ly8xMjcuMC4wLjE6MzYwNjkvDQpBY2NlcHQtRW5jb2Rpbmc6IGd6aXAsIGRlZmxhdGUsIGJyLCB6c3RkDQoNCg==',
  },
  {
    number: 2,
    connection: 1,
    at: 10,
    what: 'down',
    bytes:
      'SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJzZXQ9VVRGLTgNCkNvbnRlbnQtTGVuZ3RoOiAxMTgNCmNhY2hlLWNvbnRyb2w6IG5vLXN0b3JlDQpEYXRlOiBTYXQsIDIxIE5vdiAyMDI2IDEzOjExOjMyIEdNVA0KQ29ubmVjdGlvbjoga2VlcC1hbGl2ZQ0KS2VlcC1BbGl2ZTogdGltZW91dD01DQoNCjB7InNpZCI6Ikpvc1FLbGd6elJseUx1OUpBQUFBIiwidXBncmFkZXMiOlsid2Vic29ja2V0Il0sInBpbmdJbnRlcnZhbCI6MjUwMDAsInBpbmdUaW1lb3V0IjoyMDAwMCwibWF4UGF5bG9hZCI6MTAwMDAwMH0=',
  },
  {
    number: 3,
    connection: 1,
    at: 38,
    what: 'up',
    bytes:
      'UE9TVCAvc29ja2V0LmlvLz9FSU89NCZ0cmFuc3BvcnQ9cG9sbGluZyZ0PWZmcGJqdnNuJnNpZD1Kb3NRS2xnenpSbHlMdTlKQUFBQSBIVFRQLzEuMQ0KSG9zdDogMTI3LjAuMC4xOjM2MDY5DQpDb25uZWN0aW9uOiBrZWVwLWFsaXZlDQpDb250ZW50LUxlbmd0aDogMg0KUHJhZ21hOiBuby1jYWNoZQ0KQ2FjaGUtQ29udHJvbDogbm8tY2FjaGUNCnNlYy1jaC11YS1wbGF0Zm9ybTogIkxpbnV4Ig0KVXNlci1BZ2VudDogTW96aWxsYS81LjAgKFgxMTsgTGludXggeDg2XzY0KSBBcHBsZVdlYktpdC81MzcuMzYgKEtIVE1MLCBsaWtlIEdlY2tvKSBIZWFkbGVzc0Nocm9tZS8xNDcuMC43NzI3LjAgU2FmYXJpLzUzNy4zNg0KQWNjZXB0OiAqLyoNCnNlYy1jaC11YTogIkhlYWRsZXNzQ2hyb21lIjt2PSIxNDciLCAiTm90LkEvQnJhbmQiO3Y9IjgiLCAiQ2hyb21pdW0iO3Y9IjE0NyINCkNvbnRlbnQtdHlwZTogdGV4dC9wbGFpbjtjaGFyc2V0PVVURi04DQpzZWMtY2gtdWEtbW9iaWxlOiA/MA0KT3JpZ2luOiBodHRwOi8vMTI3LjAuMC4xOjM2MDY5DQpTZWMtRmV0Y2gtU2l0ZTogc2FtZS1vcmlnaW4NClNlYy1GZXRjaC1Nb2RlOiBjb3JzDQpTZWMtRmV0Y2gtRGVzdDogZW1wdHkNClJlZmVyZXI6IGh0dHA6Ly8xMjcuMC4wLjE6MzYwNjkvDQpBY2NlcHQtRW5jb2Rpbmc6IGd6aXAsIGRlZmxhdGUsIGJyLCB6c3RkDQoNCjQw',
  },
  {
    number: 4,
    connection: 2,
    at: 38,
    what: 'up',
    bytes:
      'R0VUIC9zb2NrZXQuaW8vP0VJTz00JnRyYW5zcG9ydD13ZWJzb2NrZXQmc2lkPUpvc1FLbGd6elJseUx1OUpBQUFBIEhUVFAvMS4xDQpIb3N0OiAxMjcuMC4wLjE6MzYwNjkNCkNvbm5lY3Rpb246IFVwZ3JhZGUNClByYWdtYTogbm8tY2FjaGUNCkNhY2hlLUNvbnRyb2w6IG5vLWNhY2hlDQpVc2VyLUFnZW50OiBNb3ppbGxhLzUuMCAoWDExOyBMaW51eCB4ODZfNjQpIEFwcGxlV2ViS2l0LzUzNy4zNiAoS0hUTUwsIGxpa2UgR2Vja28pIEhlYWRsZXNzQ2hyb21lLzE0Ny4wLjc3MjcuMCBTYWZhcmkvNTM3LjM2DQpVcGdyYWRlOiB3ZWJzb2NrZXQNCk9yaWdpbjogaHR0cDovLzEyNy4wLjAuMTozNjA2OQ0KU2VjLVdlYlNvY2tldC1WZXJzaW9uOiAxMw0KQWNjZXB0LUVuY29kaW5nOiBnemlwLCBkZWZsYXRlLCBiciwgenN0ZA0KU2VjLVdlYlNvY2tldC1LZXk6IG5mdkFDQmgwZXVaTlZOWWZwYXBTUGc9PQ0KU2VjLVdlYlNvY2tldC1FeHRlbnNpb25zOiBwZXJtZXNzYWdlLWRlZmxhdGU7IGNsaWVudF9tYXhfd2luZG93X2JpdHMNCg0K',
  },
  {
    number: 5,
    connection: 3,
    at: 60,
    what: 'up',
    bytes:
      'R0VUIC9zb2NrZXQuaW8vP0VJTz00JnRyYW5zcG9ydD1wb2xsaW5nJnQ9ZmZwYm5sOGImc2lkPUpvc1FLbGd6elJseUx1OUpBQUFBIEhUVFAvMS4xDQpIb3N0OiAxMjcuMC4wLjE6MzYwNjkNCkNvbm5lY3Rpb246IGtlZXAtYWxpdmUNClByYWdtYTogbm8tY2FjaGUNCkNhY2hlLUNvbnRyb2w6IG5vLWNhY2hlDQpzZWMtY2gtdWEtcGxhdGZvcm06ICJMaW51eCINClVzZXItQWdlbnQ6IE1vemlsbGEvNS4wIChYMTE7IExpbnV4IHg4Nl82NCkgQXBwbGVXZWJLaXQvNTM3LjM2IChLSFRNTCwgbGlrZSBHZWNrbykgSGVhZGxlc3NDaHJvbWUvMTQ3LjAuNzcyNy4wIFNhZmFyaS81MzcuMzYNCkFjY2VwdDogKi8qDQpzZWMtY2gtdWE6ICJIZWFkbGVzc0Nocm9tZSI7dj0iMTQ3IiwgIk5vdC5BL0JyYW5kIjt2PSI4IiwgIkNocm9taXVtIjt2PSIxNDciDQpzZWMtY2gtdWEtbW9iaWxlOiA/MA0KU2VjLUZldGNoLVNpdGU6IHNhbWUtb3JpZ2luDQpTZWMtRmV0Y2gtTW9kZTogY29ycw0KU2VjLUZldGNoLURlc3Q6IGVtcHR5DQpSZWZlcmVyOiBodHRwOi8vMTI3LjAuMC4xOjM2MDY5Lw0KQWNjZXB0LUVuY29kaW5nOiBnemlwLCBkZWZsYXRlLCBiciwgenN0ZA0KDQo=',
  },
  {
    number: 6,
    connection: 1,
    at: 65,
    what: 'down',
    bytes:
      'SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50LVR5cGU6IHRleHQvaHRtbA0KQ29udGVudC1MZW5ndGg6IDINCmNhY2hlLWNvbnRyb2w6IG5vLXN0b3JlDQpEYXRlOiBTYXQsIDIxIE5vdiAyMDI2IDEzOjExOjMyIEdNVA0KQ29ubmVjdGlvbjoga2VlcC1hbGl2ZQ0KS2VlcC1BbGl2ZTogdGltZW91dD01DQoNCm9r',
  },
  {
    number: 7,
    connection: 2,
    at: 73,
    what: 'down',
    bytes:
      'SFRUUC8xLjEgMTAxIFN3aXRjaGluZyBQcm90b2NvbHMNClVwZ3JhZGU6IHdlYnNvY2tldA0KQ29ubmVjdGlvbjogVXBncmFkZQ0KU2VjLVdlYlNvY2tldC1BY2NlcHQ6IGVwMHpsUTFGQzQ4Zmo4T0JPY05CWHl6d0ZGcz0NCg0K',
  },
  { number: 8, connection: 2, at: 76, what: 'up', bytes: 'gYZK5P++eJSN0SiB' },
  {
    number: 9,
    connection: 3,
    at: 76,
    what: 'down',
    bytes:
      'SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJzZXQ9VVRGLTgNCkNvbnRlbnQtTGVuZ3RoOiAzMg0KY2FjaGUtY29udHJvbDogbm8tc3RvcmUNCkRhdGU6IFNhdCwgMjEgTm92IDIwMjYgMTM6MTE6MzIgR01UDQpDb25uZWN0aW9uOiBrZWVwLWFsaXZlDQpLZWVwLUFsaXZlOiB0aW1lb3V0PTUNCg0KNDB7InNpZCI6Ink4SWRfSUpHbEQwZk9PdkNBQUFBIn0=',
  },
  { number: 10, connection: 2, at: 91, what: 'down', bytes: 'gQYzcHJvYmU=' },
  {
    number: 11,
    connection: 3,
    at: 92,
    what: 'up',
    bytes:
      'R0VUIC9zb2NrZXQuaW8vP0VJTz00JnRyYW5zcG9ydD1wb2xsaW5nJnQ9ZmZwZDdkcTYmc2lkPUpvc1FLbGd6elJseUx1OUpBQUFBIEhUVFAvMS4xDQpIb3N0OiAxMjcuMC4wLjE6MzYwNjkNCkNvbm5lY3Rpb246IGtlZXAtYWxpdmUNClByYWdtYTogbm8tY2FjaGUNCkNhY2hlLUNvbnRyb2w6IG5vLWNhY2hlDQpzZWMtY2gtdWEtcGxhdGZvcm06ICJMaW51eCINClVzZXItQWdlbnQ6IE1vemlsbGEvNS4wIChYMTE7IExpbnV4IHg4Nl82NCkgQXBwbGVXZWJLaXQvNTM3LjM2IChLSFRNTCwgbGlrZSBHZWNrbykgSGVhZGxlc3NDaHJvbWUvMTQ3LjAuNzcyNy4wIFNhZmFyaS81MzcuMzYNCkFjY2VwdDogKi8qDQpzZWMtY2gtdWE6ICJIZWFkbGVzc0Nocm9tZSI7dj0iMTQ3IiwgIk5vdC5BL0JyYW5kIjt2PSI4IiwgIkNocm9taXVtIjt2PSIxNDciDQpzZWMtY2gtdWEtbW9iaWxlOiA/MA0KU2VjLUZldGNoLVNpdGU6IHNhbWUtb3JpZ2luDQpTZWMtRmV0Y2gtTW9kZTogY29ycw0KU2VjLUZldGNoLURlc3Q6IGVtcHR5DQpSZWZlcmVyOiBodHRwOi8vMTI3LjAuMC4xOjM2MDY5Lw0KQWNjZXB0LUVuY29kaW5nOiBnemlwLCBkZWZsYXRlLCBiciwgenN0ZA0KDQo=',
  },
  {
    number: 12,
    connection: 3,
    at: 185,
    what: 'down',
    bytes:
      'SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJzZXQ9VVRGLTgNCkNvbnRlbnQtTGVuZ3RoOiAxDQpjYWNoZS1jb250cm9sOiBuby1zdG9yZQ0KRGF0ZTogU2F0LCAyMSBOb3YgMjAyNiAxMzoxMTozMiBHTVQNCkNvbm5lY3Rpb246IGtlZXAtYWxpdmUNCktlZXAtQWxpdmU6IHRpbWVvdXQ9NQ0KDQo2',
  },
  { number: 13, connection: 2, at: 191, what: 'up', bytes: 'gYEwKgrfBQ==' },
  { number: 14, connection: 2, at: 513, what: 'down', bytes: 'gRU0MlsibWVzc2FnZSIsImhlbGxvIl0=' },
  { number: 15, connection: 2, at: 542, what: 'up', bytes: 'gZrjkceu16P39cHiptfBveXIkf6qjpf5oo6T8KDLwcw=' },
  { number: 16, connection: 2, at: 543, what: 'down', bytes: 'gR00MlsibWVzc2FnZSIsImZyb20gdGhlIHBhZ2UiXYEGNDMwWzFd' },
];
