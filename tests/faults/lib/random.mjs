// Choices of a run, all from one seed. (What the machine does in between is not ours to repeat.)
export class Random {
  #state;

  constructor(seed) {
    this.#state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 1n);
  }

  #next() {
    // splitmix64
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let z = this.#state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }

  /** 0 ≤ x < bound */
  below(bound) {
    return Number(this.#next() % BigInt(bound));
  }

  between(least, most) {
    return least + this.below(most - least + 1);
  }

  oneOf(list) {
    return list[this.below(list.length)];
  }
}
