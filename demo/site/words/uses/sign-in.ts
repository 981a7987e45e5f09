/** The methods of signing in on a second device. */
export const SIGN_IN = {
  begin: 'uses.sign-in.begin',
  scan: 'uses.sign-in.scan',
  decide: 'uses.sign-in.decide',
  collect: 'uses.sign-in.collect',
  who: 'uses.sign-in.who',
  leave: 'uses.sign-in.leave',
} as const;

/** The answer to `begin`, for the window that wants to be signed in. */
export interface SignInBegun {
  /** What the QR code holds. It is good for one sign-in, and for `expiresInMs`. */
  readonly code: string;
  /** Where this window learns how it goes on. Nobody else knows the name. */
  readonly channel: string;
  readonly expiresInMs: number;
}

/** What is published on the channel: only that something has happened. What it was worth is asked for with `collect`. */
export interface SignInNews {
  readonly state: 'scanned' | 'confirmed' | 'refused';
}

/** The answer to `collect` and `who`. */
export interface SignedIn {
  readonly session: string;
  readonly name: string;
}
