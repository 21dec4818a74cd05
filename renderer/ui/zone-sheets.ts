import { type ExtendedFeature as Feature, type ExtendedFeatureCollection, geoAzimuthalEqualArea, geoCentroid, geoPath } from 'd3-geo'
import { feature } from 'topojson-client'
import type { MapCountry } from '../lib/zone-countries.ts'

/** Borders of countries at 1:110 million: Natural Earth (public domain), as world-atlas packs them. They come with Windfall. */
export const atlas = import('world-atlas/countries-110m.json').then(({ default: topology }) => {
  const world = topology as unknown as Parameters<typeof feature>[0]
  return feature(world, world.objects['countries'] ?? { type: 'GeometryCollection', geometries: [] }) as unknown as FeatureCollection
})

type FeatureCollection = ExtendedFeatureCollection

export const WIDTH = 640
export const HEIGHT = 360

interface Place {
  readonly name: string
  /** Degrees east and north. */
  readonly centre: readonly [number, number]
  /** Of the globe, px. */
  readonly radius: number
  readonly from: number
  readonly to: number
}

const EUROPE: Place = { name: 'Europe', centre: [6, 52], radius: 780, from: 0, to: 430 }
const AMERICA: Place = { name: 'America', centre: [-97, 39], radius: 245, from: 440, to: WIDTH }

export interface Drawn extends MapCountry {
  readonly path: string
}

export interface Sheet {
  readonly name: string
  readonly land: string
  readonly countries: readonly Drawn[]
  /** Where the own country is, px. */
  readonly own: readonly [number, number] | null
}

/** One part of the world in its part of the picture. */
function draw(world: FeatureCollection, countries: readonly MapCountry[], { name, centre: [east, north], radius, from, to }: Place): Sheet {
  const projection = geoAzimuthalEqualArea()
    .rotate([-east, -north])
    .scale(radius)
    .translate([(from + to) / 2, HEIGHT / 2])
    .clipAngle(60)
    .clipExtent([
      [from, 0],
      [to, HEIGHT],
    ])
  const path = geoPath(projection).digits(1)
  const known = new Map(countries.map((country) => [country.id, country]))
  const zoned = (one: Feature): MapCountry | undefined => known.get(String(one.id))
  const drawn = world.features.flatMap((one) => {
    const country = zoned(one)
    const shape = country && path(one)
    return country && shape ? [{ ...country, path: shape }] : []
  })
  const home = world.features.find((one) => zoned(one)?.own)
  const spot = home && drawn.some(({ own }) => own) ? projection(geoCentroid(home)) : null
  return { name, land: path({ ...world, features: world.features.filter((one) => !zoned(one)) }) ?? '', countries: drawn, own: spot }
}

/** Where Windfall's zones are, and the surroundings of the own one where that is somewhere else. */
export function sheetsOf(world: FeatureCollection, countries: readonly MapCountry[]): readonly Sheet[] {
  const home = world.features.find(({ id }) => countries.some((country) => country.own && country.id === String(id)))
  const [europe, america] = [draw(world, countries, EUROPE), draw(world, countries, AMERICA)]
  if (home === undefined || europe.own !== null || america.own !== null) return [europe, america]
  const [east, north] = geoCentroid(home)
  return [europe, draw(world, countries, { ...AMERICA, centre: [east, north] })]
}

/** Between the two parts of the picture, px. */
export const FOLD_X = (EUROPE.to + AMERICA.from) / 2
