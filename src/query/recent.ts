/**
 * What was worked out for earlier requests, as far as there is room: clients choose the keys, so what nobody has asked
 * for the longest is forgotten.
 */

/**
 * Values by key, bounded.
 *
 * @example
 * const plans = new Recent<Plan>(500);
 * plans.get('shape') ?? plans.set('shape', planOf(query));
 */
export class Recent<V> {
  private readonly known = new Map<string, V>();
  private latest: string | undefined;

  /** @param most how many values are kept */
  constructor(private readonly most: number) {}

  get(key: string): V | undefined {
    const value = this.known.get(key);
    if (value === undefined || key === this.latest) return value;
    this.known.delete(key);
    this.known.set(key, value);
    this.latest = key;
    return value;
  }

  set(key: string, value: V): V {
    this.known.delete(key);
    this.known.set(key, value);
    this.latest = key;
    if (this.known.size > this.most) {
      const [oldest] = this.known.keys();
      this.known.delete(oldest!);
    }
    return value;
  }
}
