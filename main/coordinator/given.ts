import { z } from 'zod'

/** A setting of which an empty value is as good as none: that is how an unset variable arrives from a service file. */
export const given = <S extends z.ZodType>(schema: S) => z.preprocess((value) => (value === '' ? undefined : value), schema)
