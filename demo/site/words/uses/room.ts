/** The methods of a live room. */
export const ROOM = {
  say: 'uses.room.say',
  recall: 'uses.room.recall',
  here: 'uses.room.here',
  leave: 'uses.room.leave',
} as const;

/** The longest line and name, in characters. */
export const LINE_LENGTH = 200;
export const PERSON_LENGTH = 24;

/** Who has not said for so long that he is here has gone, in milliseconds. */
export const GONE_MS = 20_000;

/** The same for whose page is hidden: browsers wake one that has been for some minutes once a minute only. */
export const HIDDEN_GONE_MS = 150_000;

/** People that the list names; all are counted. */
export const LISTED = 20;

/** The gifts there are. */
export const GIFTS = ['rose', 'cake', 'parcel', 'rocket'] as const;

export type Gift = (typeof GIFTS)[number];

/** The channels of a room: what is said and given, likes, and who is here. */
export function roomChannels(room: string) {
  return { talk: `uses.room.${room}`, likes: `uses.room.${room}/likes`, people: `uses.room.${room}/people` } as const;
}

/** Somebody in the room. */
export interface Person {
  /** Made by the server of a secret that only this person's page has. */
  readonly id: string;
  readonly name: string;
  /** The last message that this person has seen. */
  readonly seen: string | null;
}

/** A line that somebody said. */
export interface Line {
  readonly kind: 'line';
  readonly by: string;
  readonly name: string;
  readonly text: string;
}

/** A gift that somebody gave. */
export interface GiftGiven {
  readonly kind: 'gift';
  readonly name: string;
  readonly gift: Gift;
}

/** The message with this id is taken back by who said it. */
export interface Recall {
  readonly kind: 'recall';
  readonly of: string;
}

/** What is published on the channel of a room. */
export type Talk = Line | GiftGiven | Recall;

/** Who is in the room. */
export interface People {
  readonly count: number;
  readonly people: readonly Person[];
}

/** The answer to `here`. */
export interface Here extends People {
  /** The id of who asked. */
  readonly you: string;
}
