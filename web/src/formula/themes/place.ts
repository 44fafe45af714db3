// Places on earth.
import { approximate } from '../decimal';
import type { Theme } from '../machine';
import { Emptiness, fault, Thing, type Value } from '../values';

/** The radius of the earth in kilometres. */
const EARTH = 6371;

/** Longitude and latitude of a location, in radians. */
function coordinates(value: Value): [number, number] {
  if (value === null) throw new Emptiness();
  if (!(value instanceof Thing)) return fault('#VALUE!');
  const { lng, lat } = value.json;
  if (typeof lng !== 'number' || typeof lat !== 'number') return fault('#VALUE!');
  return [lng * (Math.PI / 180), lat * (Math.PI / 180)];
}

export const place: Theme = {
  plain: {
    GETPOSITION: (args) => {
      const [lng, lat] = [args.number(0).toNumber(), args.number(1).toNumber()];
      return Math.abs(lng) > 180 || Math.abs(lat) > 90 ? fault('#NUM!') : new Thing({ lng, lat });
    },
    /** Along a great circle, to the metre. */
    DISTANCE: (args) => {
      const [[lngA, latA], [lngB, latB]] = [coordinates(args.value(0)), coordinates(args.value(1))];
      const [across, up] = [Math.sin((lngB - lngA) / 2), Math.sin((latB - latA) / 2)];
      const half = Math.sqrt(up * up + Math.cos(latA) * Math.cos(latB) * across * across);
      return approximate(2 * EARTH * Math.asin(Math.min(half, 1))).round(3);
    },
  },
};
