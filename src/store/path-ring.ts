// New paths on their way to the thread that indexes them: a ring of slots in shared memory.
//
// A slot holds records of u32 parent id, u32 length, and the name's bytes; ids follow from their order. Shared
// memory, since the core is synchronous: a message would wait for an event loop.

/** Slots of the ring; the reader can be this far behind. */
export const SLOTS = 8;
export const SLOT_BYTES = 512 * 1024;
/** Bytes of a record before the name. */
export const RECORD_HEAD = 8;

/** Index in `control` of the thread's state; before it stands a length for each slot: 0 empty, or END. */
export const STATE = SLOTS;
/** In place of a slot's length: no path follows. */
export const END = -1;

export const STARTING = 0;
export const RUNNING = 1;
export const DONE = 2;
export const FAILED = 3;

/** Memory that two threads share. */
export interface PathRing {
  readonly control: Int32Array;
  readonly slots: Uint8Array;
  /** Why the thread failed, as JSON padded with spaces. */
  readonly failure: Uint8Array;
}

/** An empty ring. */
export function pathRing(): PathRing {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * (SLOTS + 1))),
    slots: new Uint8Array(new SharedArrayBuffer(SLOTS * SLOT_BYTES)),
    failure: new Uint8Array(new SharedArrayBuffer(2048)),
  };
}

/** Sets a number that the other side may be waiting on. */
export function publish(control: Int32Array, index: number, value: number): void {
  Atomics.store(control, index, value);
  Atomics.notify(control, index);
}

/** A slot as a Buffer. */
export function slotOf({ slots }: PathRing, slot: number): Buffer {
  return Buffer.from(slots.buffer, slot * SLOT_BYTES, SLOT_BYTES);
}
