/** One event of a stream. */
export interface ServerEvent {
  /** `message` where the stream names none. */
  readonly type: string;
  readonly data: string;
  /** The last id that the stream named, on this event or before; empty if it never did. */
  readonly lastEventId: string;
}

/** What a parser is told of while it reads. */
export interface EventStreamHandlers {
  readonly onEvent: (event: ServerEvent) => void;
  /** The stream goes on after this id when it is opened again, also where the event that named it has no data. */
  readonly onLastEventId?: (id: string) => void;
  /** The stream asks for this time between two connections, in milliseconds. */
  readonly onRetry?: (ms: number) => void;
}

/** An event, or a line, is longer than it may be. */
export class EventTooLongError extends Error {
  constructor(maxCharacters: number) {
    super(`An event is longer than ${maxCharacters} characters.`);
    this.name = 'EventTooLongError';
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) from
 * pieces that may be cut anywhere: within a line, a line end or a character.
 */
export class EventStreamParser {
  readonly #handlers: EventStreamHandlers;
  readonly #maxCharacters: number;
  // Takes out one byte order mark at the beginning, and puts U+FFFD for what is no UTF-8, both as the standard asks.
  readonly #decoder = new TextDecoder('utf-8');
  /** The beginning of a line whose end has not come. */
  #line = '';
  #afterCarriageReturn = false;
  #type = '';
  #data: string[] = [];
  #dataLength = 0;
  #lastEventId: string;

  /**
   * @param maxCharacters longest line and longest data of an event
   * @param lastEventId where an earlier stream ended
   */
  constructor(handlers: EventStreamHandlers, maxCharacters: number, lastEventId = '') {
    this.#handlers = handlers;
    this.#maxCharacters = maxCharacters;
    this.#lastEventId = lastEventId;
  }

  /**
   * Takes the next piece. An event whose blank line has not come when the stream ends is no event.
   *
   * @throws EventTooLongError
   */
  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      const character = text.charCodeAt(index);
      const afterCarriageReturn = this.#afterCarriageReturn;
      this.#afterCarriageReturn = character === carriageReturn;
      if (character !== lineFeed && character !== carriageReturn) continue;
      // CR LF is one line end, also where the two come in different pieces.
      if (!(character === lineFeed && afterCarriageReturn))
        this.#endLine(this.#line + text.slice(start, index));
      this.#line = '';
      start = index + 1;
    }
    this.#line += text.slice(start);
    if (this.#line.length > this.#maxCharacters) throw new EventTooLongError(this.#maxCharacters);
  }

  #endLine(line: string): void {
    if (line.length > this.#maxCharacters) throw new EventTooLongError(this.#maxCharacters);
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    this.#field(name, value);
  }

  #field(name: string, value: string): void {
    switch (name) {
      case 'event':
        this.#type = value;
        break;
      case 'data':
        this.#dataLength += value.length + 1;
        if (this.#dataLength > this.#maxCharacters) throw new EventTooLongError(this.#maxCharacters);
        this.#data.push(value);
        break;
      case 'id':
        if (!value.includes('\0')) this.#lastEventId = value;
        break;
      case 'retry':
        if (/^[0-9]+$/.test(value)) this.#handlers.onRetry?.(Number(value));
        break;
    }
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    this.#data = [];
    this.#dataLength = 0;
    this.#type = '';
    this.#handlers.onLastEventId?.(this.#lastEventId);
    if (data.length === 0) return;
    this.#handlers.onEvent({
      type: type === '' ? 'message' : type,
      data: data.join('\n'),
      lastEventId: this.#lastEventId,
    });
  }
}
