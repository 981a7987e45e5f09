/**
 * Every error that Pushgate reports, by its stable code. The value is the HTTP status that carries it before a
 * stream has begun; on an open connection the same code travels in an `error` record.
 */
export const ERROR_STATUS = {
  /** A query parameter, header or option is missing or unreadable. */
  BAD_REQUEST: 400,
  /** No channel was named on a downlink that cannot subscribe later. */
  CHANNEL_MISSING: 400,
  /** A channel name breaks the rules of `channel.ts`. */
  CHANNEL_INVALID: 400,
  /** More channels in one request than the gateway allows. */
  CHANNELS_TOO_MANY: 400,
  /** A position is neither a cursor nor `earliest` nor `now`. */
  CURSOR_INVALID: 400,
  /** A body or frame is missing, not UTF-8, not JSON, nested too deep, or has a number beyond those of 64 bits. */
  JSON_INVALID: 400,
  /** An uplink operation is not of a known shape. */
  OPERATION_INVALID: 400,
  /** Who asks has to say who he is: the token is missing, or not one for this gateway. */
  UNAUTHORIZED: 401,
  /** The token was a good one, but its time is over. */
  TOKEN_EXPIRED: 401,
  /** Who asks may not do that. */
  FORBIDDEN: 403,
  /** The request comes from a web origin that the gateway does not serve. */
  ORIGIN_FORBIDDEN: 403,
  /** The request names a host under which the gateway is not to be asked (RFC 9110, section 7.4). */
  HOST_FORBIDDEN: 421,
  /** Nothing lives under this path. */
  NOT_FOUND: 404,
  /** This path answers to other methods. */
  METHOD_NOT_ALLOWED: 405,
  /** No function was registered for this call. */
  METHOD_UNKNOWN: 404,
  /** The body of a request came too slowly. */
  BODY_TIMEOUT: 408,
  /** Another client of the same user or address has taken this one's place. */
  CONNECTION_REPLACED: 409,
  /** A message, body or frame is larger than the gateway takes. */
  TOO_LARGE: 413,
  /** A body is not `application/json`. */
  MEDIA_TYPE_UNSUPPORTED: 415,
  /** This transport needs `Upgrade: websocket`, and the request had none. */
  UPGRADE_REQUIRED: 426,
  /** The user or the address has as many clients here as are allowed. */
  CONNECTIONS_TOO_MANY: 429,
  /** Messages are published faster than the gateway allows. */
  RATE_LIMITED: 429,
  /** A registered function threw. */
  CALL_FAILED: 500,
  /** Something broke inside the gateway; its log says what. */
  INTERNAL: 500,
  /** The gateway is closing or its bus is not there. */
  UNAVAILABLE: 503,
  /** No answer came in the time allowed: to the client, or from a function to the gateway. */
  TIMEOUT: 504,
  /** The client was closed before the operation was done. Only a client reports this. */
  CLOSED: 499,
  /** No transport could be proved. Only a client reports this. */
  UNREACHABLE: 502,
  /** Too much waits in the client: operations for answers, or messages for a loop. Only a client reports this. */
  BUFFER_FULL: 507,
  /** A handler of the application threw. Only a client reports this. */
  HANDLER_FAILED: 500,
} as const;

/** A stable name of what went wrong. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** What else an error may say. */
export interface PushErrorOptions extends ErrorOptions {
  readonly retryMs?: number | undefined;
  readonly channels?: readonly string[] | undefined;
}

/** An error with a stable code and a sentence that says what to do about it. */
export class PushError extends Error {
  override readonly name = 'PushError';
  /** After how many milliseconds trying again may help, where that is known. */
  readonly retryMs: number | undefined;
  /** The channels that it is about, where it is about some of them only. */
  readonly channels: readonly string[] | undefined;

  constructor(
    /** One of {@link ERROR_STATUS}, or a code that an application's own method threw. */
    readonly code: ErrorCode | (string & {}),
    message: string,
    options: PushErrorOptions = {},
  ) {
    super(message, options);
    this.retryMs = options.retryMs;
    this.channels = options.channels;
  }

  /** The HTTP status that goes with the code; 500 for an application's own code. */
  get status(): number {
    return isErrorCode(this.code) ? ERROR_STATUS[this.code] : 500;
  }
}

/** Whether a text is one of Pushgate's own error codes. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_STATUS, code);
}
