import { Conversation } from '../wire/conversation.js';
import { EngineReader } from '../wire/engine-reader.js';
import type { Reader } from '../wire/mark.js';
import { MqttReader } from '../wire/mqtt-reader.js';
import type { Piece } from '../words/capture.js';
import type { PiecesView } from './pieces-view.js';

/** Bytes that were captured once, and how to read what is in the messages of their WebSocket. */
const SAMPLES: Readonly<Record<string, { load(): Promise<{ pieces: readonly Piece[] }>; reader(): Reader }>> = {
  mqtt: { load: () => import('./samples/mqtt.js'), reader: () => new MqttReader() },
  'socket-io': { load: () => import('./samples/socket-io.js'), reader: () => new EngineReader() },
};

/** Shows a kept capture in the place of a live one. */
export async function showSample(name: string, view: PiecesView): Promise<void> {
  const sample = SAMPLES[name];
  if (sample === undefined) throw new Error(`There is no sample "${name}".`);
  const { pieces } = await sample.load();
  const conversation = new Conversation(sample.reader);
  view.add(pieces.map((piece) => conversation.read(piece)));
}
