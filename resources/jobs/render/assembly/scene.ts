// Wind turbines on green hills at sunrise, as a distance field.
import { Vector } from './vector'

const TOWER: f64 = 3.4
const BLADE: f64 = 1.75
/** No hill is higher. */
const SUMMIT: f64 = 0.82
const COS_THIRD_TURN: f64 = -0.5
const SIN_THIRD_TURN: f64 = Math.sqrt(3.0) / 2.0

class Turbine {
  readonly foot: f64
  readonly cos: f64
  readonly sin: f64

  constructor(
    readonly x: f64,
    readonly z: f64,
    angle: f64,
  ) {
    this.foot = ground(x, z)
    this.cos = Math.cos(angle)
    this.sin = Math.sin(angle)
  }
}

const turbines = StaticArray.fromArray([new Turbine(-1.6, 4.5, 0.35), new Turbine(2.6, 7.5, 1.3), new Turbine(-4.2, 11.0, 0.8), new Turbine(6.8, 14.5, 0.1)])

/** Distance to the nearest turbine, from the last call of `distanceAt`. */
let turbineDistance: f64 = 0

/** Height of the ground at a point of the plane. */
function ground(x: f64, z: f64): f64 {
  return 0.55 * Math.sin(x * 0.31 + 1.3) * Math.cos(z * 0.23) + 0.22 * Math.sin(x * 0.83 + z * 0.61) + 0.05 * Math.sin(x * 2.7) * Math.sin(z * 2.3 + 0.5)
}

/** Distance to a cone with round ends along the y axis, thick `a` at the bottom and `b` at the top. */
function taper(x: f64, y: f64, z: f64, height: f64, a: f64, b: f64): f64 {
  const t = max(0.0, min(1.0, y / height))
  const dy = y - t * height
  return Math.sqrt(x * x + dy * dy + z * z) - (a + (b - a) * t)
}

function turbineAt(turbine: Turbine, px: f64, py: f64, pz: f64): f64 {
  const x = px - turbine.x
  const y = py - turbine.foot
  const z = pz - turbine.z
  const hubY = y - TOWER
  const reach = Math.sqrt(x * x + z * z + hubY * hubY)
  if (reach > TOWER + BLADE + 1.0) return reach - TOWER - BLADE
  const hubZ = z + 0.16
  let distance = min(taper(x, y, z, TOWER, 0.1, 0.055), Math.sqrt(x * x + hubY * hubY + hubZ * hubZ) - 0.12)
  let cos = turbine.cos
  let sin = turbine.sin
  for (let blade = 0; blade < 3; blade++) {
    // Flattened along the wind, so the distance is scaled back to stay a lower bound.
    distance = min(distance, taper(cos * x + sin * hubY, cos * hubY - sin * x, hubZ * 1.6, BLADE, 0.09, 0.02) / 1.6)
    const turned = cos * COS_THIRD_TURN - sin * SIN_THIRD_TURN
    sin = sin * COS_THIRD_TURN + cos * SIN_THIRD_TURN
    cos = turned
  }
  return distance
}

/** Distance to everything, a lower bound everywhere. */
export function distanceAt(x: f64, y: f64, z: f64): f64 {
  let near = turbineAt(turbines[0], x, y, z)
  for (let i = 1; i < turbines.length; i++) near = min(near, turbineAt(turbines[i], x, y, z))
  turbineDistance = near
  const aboveSummit = y - SUMMIT
  return min(near, aboveSummit > 0.5 ? aboveSummit : (y - ground(x, z)) * 0.7)
}

/** Paints the surface at a point: meadow or white steel. */
export function paint(x: f64, y: f64, z: f64, colour: Vector): void {
  if (turbineDistance < 0.012) {
    colour.set(0.92, 0.94, 0.96)
    return
  }
  const patch = 0.5 + 0.5 * Math.sin(x * 1.7 + 1.9 * Math.sin(z * 1.1))
  colour.set(0.1, 0.3, 0.09)
  colour.mix(0.3, 0.46, 0.12, patch * 0.6 + max(0.0, ground(x, z)) * 0.4)
}

/** Paints the sky in a direction, with the sun in it. */
export function paintSky(direction: Vector, sun: Vector, colour: Vector): void {
  const up = max(0.0, direction.y)
  colour.set(1.0, 0.72, 0.5)
  colour.mix(0.33, 0.55, 0.85, min(1.0, Math.sqrt(up) * 1.35))
  const towards = max(0.0, direction.x * sun.x + direction.y * sun.y + direction.z * sun.z)
  const glow = Math.pow(towards, 24.0) * 0.45 + (towards > 0.9993 ? 1.0 : 0.0)
  colour.mix(1.0, 0.93, 0.75, min(1.0, glow))
}
