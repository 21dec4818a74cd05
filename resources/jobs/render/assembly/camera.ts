// Sphere tracing (Hart 1996) with a soft shadow and fog.
import { distanceAt, paint, paintSky } from './scene'
import { Vector } from './vector'

const FAR: f64 = 60.0
const HIT: f64 = 0.0015
const EYE = new Vector(0.0, 1.7, -4.6)
const SUN = new Vector(0.55, 0.36, 0.75)
SUN.normalise()

const direction = new Vector(0, 0, 0)
const normal = new Vector(0, 0, 0)
const sky = new Vector(0, 0, 0)

/** Colour of what is seen through a point of the image plane: x to the right, y up, both about -1 to 1. Linear light. */
export function look(x: f64, y: f64, colour: Vector): void {
  direction.set(x, y + 0.09, 1.75)
  direction.normalise()
  paintSky(direction, SUN, sky)
  const travelled = trace(EYE, direction)
  if (travelled < 0) {
    colour.set(sky.x, sky.y, sky.z)
    return
  }
  const hitX = EYE.x + direction.x * travelled
  const hitY = EYE.y + direction.y * travelled
  const hitZ = EYE.z + direction.z * travelled
  distanceAt(hitX, hitY, hitZ)
  paint(hitX, hitY, hitZ, colour)
  light(hitX, hitY, hitZ, colour)
  const haze = 1.0 - Math.exp(-0.0011 * travelled * travelled)
  colour.mix(sky.x, sky.y, sky.z, haze)
}

function trace(from: Vector, towards: Vector): f64 {
  let travelled = 0.02
  for (let step = 0; step < 220 && travelled < FAR; step++) {
    const distance = distanceAt(from.x + towards.x * travelled, from.y + towards.y * travelled, from.z + towards.z * travelled)
    if (distance < HIT * (1.0 + travelled * 0.25)) return travelled
    travelled += distance
  }
  // Out of steps close above a crest is as good as there.
  return travelled < FAR ? travelled : -1.0
}

function light(x: f64, y: f64, z: f64, colour: Vector): void {
  const e = 0.002
  const here = distanceAt(x, y, z)
  normal.set(distanceAt(x + e, y, z) - here, distanceAt(x, y + e, z) - here, distanceAt(x, y, z + e) - here)
  normal.normalise()
  const facing = max(0.0, normal.x * SUN.x + normal.y * SUN.y + normal.z * SUN.z)
  const sunlight = facing > 0 ? facing * shadow(x + normal.x * 0.01, y + normal.y * 0.01, z + normal.z * 0.01) : 0.0
  const fromSky = 0.35 + 0.25 * normal.y
  colour.scale(2.1 * sunlight + 0.75 * fromSky, 1.75 * sunlight + 0.95 * fromSky, 1.2 * sunlight + 1.3 * fromSky)
}

/** 0 in full shadow to 1 in full sun, by how closely the way to the sun misses things (Quílez). */
function shadow(x: f64, y: f64, z: f64): f64 {
  let lit = 1.0
  let travelled = 0.02
  for (let step = 0; step < 90 && travelled < 14.0; step++) {
    const distance = distanceAt(x + SUN.x * travelled, y + SUN.y * travelled, z + SUN.z * travelled)
    if (distance < 0.0008) return 0.0
    lit = min(lit, (18.0 * distance) / travelled)
    travelled += max(distance, 0.012)
  }
  return lit
}
