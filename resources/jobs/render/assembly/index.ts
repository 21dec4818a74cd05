// usage: render [WIDTH [HEIGHT [SAMPLES]]]; SAMPLES squared rays per pixel. Writes a PNG to /job/out/result.
import { look } from './camera'
import { encodePng } from './png'
import { Vector } from './vector'
import { fail, print, programArguments, writeFile } from './wasi'

const args = programArguments()
const width = numberAt(0, 800, 4096)
const height = numberAt(1, 600, 4096)
const samples = numberAt(2, 2, 16)

function numberAt(index: i32, fallback: i32, most: i32): i32 {
  if (index >= args.length) return fallback
  const value = <i32>parseInt(args[index])
  if (value < 1 || value > most) fail('expected a number from 1 to ' + most.toString() + ', got ' + args[index])
  return value
}

/** Linear light to an sRGB-like byte. */
function toByte(linear: f64): u8 {
  return <u8>(255.0 * Math.sqrt(max(0.0, min(1.0, linear))) + 0.5)
}

function renderRow(row: i32, scanlines: Uint8Array): void {
  const colour = new Vector(0, 0, 0)
  const share = 1.0 / <f64>(samples * samples)
  let at = row * (1 + width * 3) + 1
  for (let column = 0; column < width; column++) {
    let r = 0.0
    let g = 0.0
    let b = 0.0
    for (let sample = 0; sample < samples * samples; sample++) {
      const x = <f64>column + (<f64>(sample % samples) + 0.5) / <f64>samples
      const y = <f64>row + (<f64>(sample / samples) + 0.5) / <f64>samples
      look((2.0 * x - <f64>width) / <f64>height, (<f64>height - 2.0 * y) / <f64>height, colour)
      r += colour.x
      g += colour.y
      b += colour.z
    }
    scanlines[at++] = toByte(r * share)
    scanlines[at++] = toByte(g * share)
    scanlines[at++] = toByte(b * share)
  }
}

const scanlines = new Uint8Array(height * (1 + width * 3))
for (let row = 0; row < height; row++) {
  if (row % max(1, height / 10) == 0) print('row ' + row.toString() + ' of ' + height.toString())
  renderRow(row, scanlines)
}
writeFile('/job/out', 'result', encodePng(width, height, scanlines))
print('done')
