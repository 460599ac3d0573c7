import type { Awaitable } from '@keyfold/crypto-core';
import { EmulatorClosedError } from '../control/control-errors.ts';
import type { World } from './world.ts';

/** How long requests that are under way may still take before the state is put back without them, in milliseconds. */
const drainMs = 250;

/**
 * Lets requests into the world that stands, one world at a time: while another one is put in its place, they wait. What is still
 * under way then is cut off from the state; it can only fail.
 */
export class WorldHost {
  #world: World;
  #underWay = 0;
  #emptied: (() => void) | undefined;
  #paused: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(world: World) {
    this.#world = world;
  }

  get current(): World {
    return this.#world;
  }

  /**
   * Runs a request in the world that stands: at once, unless another one is being put in its place.
   *
   * @throws {EmulatorClosedError} once it is closed
   */
  run<Result>(request: (world: World) => Awaitable<Result>): Awaitable<Result> {
    if (this.#paused !== undefined) return this.#runLater(request);
    if (this.#closed) throw new EmulatorClosedError();
    const result = request(this.#world);
    // What is done already, nobody could have waited for.
    return result instanceof Promise ? this.#finish(result) : result;
  }

  async #runLater<Result>(request: (world: World) => Awaitable<Result>): Promise<Result> {
    while (this.#paused !== undefined) await this.#paused;
    return this.run(request);
  }

  async #finish<Result>(result: Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    try {
      return await result;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#emptied?.();
    }
  }

  /**
   * Works on the state while no request does, and puts another world in place of the one that stood. One piece of work after the
   * other.
   *
   * @param work - returns the new world; where it throws, it must say which world stands then.
   * @throws {EmulatorClosedError} once it is closed
   */
  replace(work: () => Promise<World>): Promise<void> {
    return this.look(() =>
      this.#alone(async () => {
        this.#world.retire();
        this.#world = await work();
      }),
    );
  }

  /**
   * Looks at the state while it is not being put back: never at what is there for a moment of that. Requests go on.
   *
   * @throws {EmulatorClosedError} once it is closed
   */
  look<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => {
      if (this.#closed) throw new EmulatorClosedError();
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends the world that stands. Requests are refused from then on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#world.hurry();
    await this.#turn;
    await this.#alone(async () => this.#world.retire());
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#paused = done.promise;
    try {
      await this.#drain();
      await work();
    } finally {
      this.#paused = undefined;
      done.resolve();
    }
  }

  async #drain(): Promise<void> {
    if (this.#underWay === 0) return;
    this.#world.hurry();
    const emptied = Promise.withResolvers<void>();
    this.#emptied = emptied.resolve;
    const timer = setTimeout(emptied.resolve, drainMs);
    await emptied.promise;
    clearTimeout(timer);
    this.#emptied = undefined;
  }
}
