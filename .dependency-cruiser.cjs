/**
 * Which way imports go: wire words <- transport halves <- catalog <- { server, client } <- { demo, bench, test }.
 * Type-only imports count as well: what a file may know of is what it may import.
 */

/** The files right in transports/. Those named client-* and server-* are for one kind of half only. */
const words = '^transports/[^/]+\\.ts$';
const wordsOfBothEnds = '^transports/(?!server-)[^/]+\\.ts$';
const clientSide = ['^client/', '^transports/client-', '^transports/[^/]+/client'];
/** The command line lives in server/ and is a user of the whole: it serves the demo, and speaks as a client. */
const commandLine = '^server/command-line/';
const serverSide = ['^server/(?!command-line/)', '^transports/server-', '^transports/[^/]+/server'];
/** What must run in a browser, with what both halves of a transport share. Only client/node.ts may know of Node. */
const browserSide =
  '^(client/(?!node\\.ts$)|transports/[^/]+/(?!server)|demo/site/|demo/snippets/[^/]+/client|bench/report/page/)';

module.exports = {
  forbidden: [
    {
      name: 'words-stand-alone',
      severity: 'error',
      from: { path: words, pathNot: '^transports/(server-[^/]+|index)\\.ts$' },
      to: { pathNot: wordsOfBothEnds },
    },
    {
      name: 'server-words-stand-alone',
      comment: 'They may name what Node has, and nothing else beside the words.',
      severity: 'error',
      from: { path: '^transports/(server-[^/]+|index)\\.ts$' },
      to: { pathNot: words, dependencyTypesNot: ['core'] },
    },
    {
      name: 'a-transport-stands-alone',
      comment: 'A transport is one folder: it imports the words, itself and packages, never another one.',
      severity: 'error',
      from: { path: '^transports/([^/]+)/' },
      to: { path: '^(transports/[^/]+/|server/|client/|demo/|bench/|test/|scripts/)', pathNot: '^transports/$1/' },
    },
    {
      name: 'browser-code-needs-no-node',
      severity: 'error',
      from: { path: browserSide },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-code-needs-no-server-package',
      severity: 'error',
      from: { path: browserSide },
      to: { path: 'node_modules/(ws|better-sse|express|prom-client|commander|@types/(node|ws|express))/' },
    },
    {
      name: 'client-never-imports-server',
      severity: 'error',
      from: { path: clientSide },
      to: { path: serverSide },
    },
    {
      name: 'server-never-imports-client',
      severity: 'error',
      from: { path: serverSide },
      to: { path: clientSide },
    },
    {
      name: 'nothing-imports-its-users',
      comment: 'The demo, the benchmark and the tests use the product. Only `pushgate serve --demo` loads one of them.',
      severity: 'error',
      from: { path: '^(transports|server|client)/', pathNot: commandLine },
      to: { path: '^(demo|bench|test|scripts)/' },
    },
    {
      name: 'command-line-is-a-user',
      severity: 'error',
      from: { pathNot: [commandLine, '^server/cli\\.ts$', '^test/'] },
      to: { path: commandLine },
    },
    {
      name: 'users-stand-alone',
      severity: 'error',
      from: { path: '^(demo|bench)/' },
      to: { path: '^(demo|bench|test|scripts)/', pathNot: '^$1/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nothing imports is dead, unless something runs it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '^(transports/[^/]+/(server|client)|test/.*\\.test|scripts/[^/]+|demo/site/[^/]+|demo/snippets/.*)\\.ts$',
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no programming interface to parse with.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
