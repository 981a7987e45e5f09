import type { Mark, Reader } from './mark.js';

const PUBLISH = 3;

/**
 * Control packets of MQTT 3.1.1 (OASIS, section 2): a byte with type and flags, the remaining length with seven bits in a byte,
 * and the rest. Of a publication at quality of service 0, what follows its topic is the payload.
 */
export class MqttReader implements Reader {
  #mark: Mark = { kind: 'packet' };
  #at: 'type' | 'length' | 'rest' | 'topic-length' | 'topic' = 'type';
  #type = 0;
  #left = 0;
  #shift = 0;
  #topic: number[] = [];
  #topicLeft = 0;

  take(byte: number): Mark {
    switch (this.#at) {
      case 'type':
        this.#mark = { kind: 'packet' };
        this.#type = byte >> 4;
        this.#left = 0;
        this.#shift = 0;
        this.#at = 'length';
        return this.#mark;
      case 'length':
        return this.#takeLength(byte);
      case 'topic-length':
        this.#topic.push(byte);
        if (this.#topic.length === 2) {
          this.#topicLeft = (this.#topic[0] ?? 0) * 256 + (this.#topic[1] ?? 0);
          this.#at = 'topic';
        }
        return this.#count(this.#mark);
      case 'topic': {
        if (this.#mark.kind !== 'topic') this.#mark = { kind: 'topic' };
        const mark = this.#mark;
        this.#topicLeft -= 1;
        if (this.#topicLeft === 0) {
          this.#at = 'rest';
          this.#mark = { kind: 'payload' };
        }
        return this.#count(mark);
      }
      case 'rest':
        return this.#count(this.#mark);
      default:
        return this.#at satisfies never;
    }
  }

  #takeLength(byte: number): Mark {
    const mark = this.#mark;
    this.#left += (byte & 0x7f) * 2 ** this.#shift;
    this.#shift += 7;
    if ((byte & 0x80) !== 0) return mark;
    this.#topic = [];
    this.#at = this.#left === 0 ? 'type' : this.#type === PUBLISH ? 'topic-length' : 'rest';
    return mark;
  }

  #count(mark: Mark): Mark {
    this.#left -= 1;
    if (this.#left === 0) this.#at = 'type';
    return mark;
  }
}
