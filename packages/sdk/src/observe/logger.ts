/** Where log entries go: `console`, pino, winston and others fit. A message is constant text; what varies is in the fields. */
export interface Logger {
  debug(message: string, fields: LogFields): void;
  info(message: string, fields: LogFields): void;
  warn(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
}

/** What varies in a log entry; nothing secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** From which level on entries are logged: `debug` has each attempt, `info` retries, `warn` and `error` what failed. */
export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug';

/** For each level, the entries that are logged. */
const levels: Readonly<Record<LogLevel, readonly (keyof Logger)[]>> = {
  off: [],
  error: ['error'],
  warn: ['error', 'warn'],
  info: ['error', 'warn', 'info'],
  debug: ['error', 'warn', 'info', 'debug'],
};

/** The names of the levels. */
export const logLevels: readonly string[] = Object.keys(levels);

export function isLogLevel(level: unknown): level is LogLevel {
  return typeof level === 'string' && Object.hasOwn(levels, level);
}

const dropped = (): void => {};

/** A logger that passes on entries from a level on, and whose failures are nobody's: a full disk fails no call. */
export function logFrom(level: LogLevel, logger: Logger): Logger {
  const passed = levels[level];
  const guarded = (name: keyof Logger): Logger[keyof Logger] => {
    if (!passed.includes(name)) return dropped;
    return (message, fields) => {
      try {
        const result: unknown = logger[name](message, fields);
        if (result instanceof Promise) result.catch(dropped);
      } catch {
        // What is told of a call must not decide it.
      }
    };
  };
  return {
    debug: guarded('debug'),
    info: guarded('info'),
    warn: guarded('warn'),
    error: guarded('error'),
  };
}

/** Writes entries as lines of JSON to standard error; what KEYFOLD_LOG turns on where no logger was passed. */
export const standardErrorLogger: Logger = {
  debug: (message, fields) => writeLine('debug', message, fields),
  info: (message, fields) => writeLine('info', message, fields),
  warn: (message, fields) => writeLine('warn', message, fields),
  error: (message, fields) => writeLine('error', message, fields),
};

function writeLine(level: string, message: string, fields: LogFields): void {
  console.error(JSON.stringify({ level, message, ...fields }));
}
