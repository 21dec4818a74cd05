/** Three coordinates, or red, green and blue. Plain values: the compiler keeps none of them on the heap for long. */
export class Vector {
  constructor(
    public x: f64,
    public y: f64,
    public z: f64,
  ) {}

  @inline set(x: f64, y: f64, z: f64): Vector {
    this.x = x
    this.y = y
    this.z = z
    return this
  }

  /** Towards `other` by `part` of the way. */
  @inline mix(r: f64, g: f64, b: f64, part: f64): void {
    this.x += (r - this.x) * part
    this.y += (g - this.y) * part
    this.z += (b - this.z) * part
  }

  @inline scale(r: f64, g: f64, b: f64): void {
    this.x *= r
    this.y *= g
    this.z *= b
  }

  @inline normalise(): void {
    const k = 1.0 / Math.sqrt(this.x * this.x + this.y * this.y + this.z * this.z)
    this.scale(k, k, k)
  }
}
