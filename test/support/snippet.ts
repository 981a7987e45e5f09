import type { Server } from 'node:http';
import { build } from 'esbuild';
import { listen } from './listen.js';
import { type Recorder, recordBefore } from './recorder.js';

/** A server of `demo/snippets`. */
interface SnippetServer {
  readonly server: Server;
  readonly publish: (message: string) => void;
}

/** A pair of snippets that runs, behind a recorder. */
export interface Snippet {
  /** Where the page is. */
  readonly address: string;
  /** The client, as a script with the global `Snippet`. */
  readonly script: string;
  readonly publish: (message: string) => void;
  readonly recorder: Recorder;
  close(): Promise<void>;
}

/** Starts the server of a pair as it is, and makes a script of the client. */
export async function startSnippet(name: string): Promise<Snippet> {
  const { server, publish }: SnippetServer = await import(`../../demo/snippets/${name}/server.js`);
  const listening = await listen(server);
  const recorder = await recordBefore(listening.port);
  const { outputFiles } = await build({
    entryPoints: [`demo/snippets/${name}/client.ts`],
    bundle: true,
    format: 'iife',
    globalName: 'Snippet',
    write: false,
  });
  return {
    address: `http://127.0.0.1:${recorder.port}/`,
    script: outputFiles[0]?.text ?? '',
    publish,
    recorder,
    async close() {
      await recorder.close();
      server.closeAllConnections();
      await listening.close();
    },
  };
}
