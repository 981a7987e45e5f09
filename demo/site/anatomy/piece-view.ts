import { part, stamp } from '../page/part.js';
import { bytes as amount, duration } from '../texts/figures.js';
import { wireTexts } from '../texts/texts.js';
import type { FrameHeader, ReadPiece, Span } from '../wire/mark.js';

/** Of longer ones, the beginning is shown. */
const TEXT_BYTES = 1_200;
const HEX_BYTES = 256;
/** Padding says nothing, and there is much of it. */
const PADDING_BYTES = 24;

const SPACE = 0x20;
const DELETE = 0x7f;
const ESCAPES: Readonly<Record<string, string>> = { '\r': '\\r', '\n': '\\n', '\t': '\\t' };
const decoder = new TextDecoder();

/**
 * A piece as the visitor sees it: where it went and when, and a row for each part of it that means something of its own.
 * `server` is what the other end is called.
 */
export function pieceView(piece: ReadPiece, server: string, sinceMs: number | null): HTMLElement {
  const { piece: texts } = wireTexts.wire;
  const element = stamp('piece', HTMLElement);
  const size = piece.spans.reduce((sum, { bytes }) => sum + bytes.length, 0);
  element.dataset['way'] = piece.what;
  part(element, 'way', HTMLElement).textContent = texts[piece.what](server);
  part(element, 'connection', HTMLElement).textContent = texts.connection(piece.connection);
  part(element, 'since', HTMLElement).textContent = sinceMs === null ? '' : texts.since(duration(sinceMs));
  part(element, 'size', HTMLElement).textContent = piece.what === 'close' ? '' : amount(size);
  part(element, 'marks', HTMLElement).append(...piece.spans.map(spanView));
  return element;
}

function spanView({ mark, bytes, plain }: Span): HTMLElement {
  const element = stamp('mark', HTMLElement);
  const text = part(element, 'text', HTMLElement);
  const hex = part(element, 'hex', HTMLElement);
  element.dataset['kind'] = mark.kind;
  part(element, 'kind', HTMLElement).textContent = wireTexts.wire.kinds[mark.kind].name;
  hex.textContent = hexOf(bytes.subarray(0, HEX_BYTES)) + left(bytes.length, HEX_BYTES);
  if (mark.kind === 'frame' || mark.kind === 'mask') {
    // They are no text, so that these bytes are shown as what they are in any case.
    text.textContent = hex.textContent;
    hex.remove();
    if (mark.header !== undefined) element.append(bitsView(mark.header));
  } else if (mark.isCompressed) {
    text.textContent = wireTexts.wire.compressed;
  } else {
    const most = mark.kind === 'padding' ? PADDING_BYTES : TEXT_BYTES;
    text.textContent = textOf(plain.subarray(0, most)) + left(plain.length, most);
  }
  return element;
}

function left(length: number, shown: number): string {
  return length > shown ? ` ${wireTexts.wire.more(length - shown)}` : '';
}

/** The text of bytes, with control characters as programs write them. */
function textOf(bytes: Uint8Array): string {
  return Array.from(decoder.decode(bytes), (character) => {
    const code = character.charCodeAt(0);
    if (code >= SPACE && code !== DELETE) return character;
    return ESCAPES[character] ?? `\\x${code.toString(16).padStart(2, '0')}`;
  }).join('');
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** The bits of a frame's header, each with its name. */
function bitsView(header: FrameHeader): HTMLElement {
  const { bits: texts } = wireTexts.wire;
  const opcode = header.opcode.toString(2).padStart(4, '0');
  const short = header.shortLength.toString(2).padStart(7, '0');
  const bits: readonly (readonly [string, string, string])[] = [
    ['FIN', bit(header.fin), header.fin ? texts.last : texts.notLast],
    ['RSV1', bit(header.rsv1), header.rsv1 ? texts.deflated : ''],
    ['RSV2', bit(header.rsv2), ''],
    ['RSV3', bit(header.rsv3), ''],
    [texts.opcode, opcode, texts.opcodes[header.opcode] ?? texts.reserved],
    ['MASK', bit(header.isMasked), header.isMasked ? texts.masked : texts.unmasked],
    [texts.length, short, lengthOf(header)],
  ];
  const list = document.createElement('dl');
  list.className = 'bits';
  for (const [name, value, meaning] of bits) {
    const group = document.createElement('div');
    group.append(cell('dt', name), cell('dd', value), cell('dd', meaning));
    list.append(group);
  }
  return list;
}

function lengthOf({ shortLength, length }: FrameHeader): string {
  const { bits: texts } = wireTexts.wire;
  if (shortLength < 126) return texts.bytes(shortLength);
  const following = shortLength === 126 ? 2 : 8;
  return length === null ? texts.follows(following) : texts.followed(following, length);
}

function bit(isSet: boolean): string {
  return isSet ? '1' : '0';
}

function cell(name: 'dt' | 'dd', text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
