// Slots in the order in which txns name their paths: written in one pass, read in the next.

/** Numbers to be read in the order in which they were written. */
export class SlotTape {
  #slots = new Int32Array(1024);
  #written = 0;
  #read = 0;

  write(slot: number): void {
    if (this.#written === this.#slots.length) {
      const slots = new Int32Array(2 * this.#written);
      slots.set(this.#slots);
      this.#slots = slots;
    }
    this.#slots[this.#written++] = slot;
  }

  /** The next one; -1 where none is left. */
  read(): number {
    return this.#read < this.#written ? this.#slots[this.#read++]! : -1;
  }
}
