// A small coloured square with a letter or a drawn sign: the icon of an app or an object.
import { tintOf } from './colors';
import { signOf } from './signs';

export function Glyph({
  name,
  icon,
  color,
  seed,
  size = 20,
}: {
  name: string;
  icon?: string;
  color?: string;
  seed: string;
  size?: number;
}) {
  const tint = tintOf(color, seed);
  const sign = icon ? signOf(icon) : undefined;
  return (
    <span
      className="glyph"
      aria-hidden="true"
      style={{
        width: size,
        height: size,
        borderRadius: Math.round(size * 0.28),
        background: tint.solid,
        fontSize: Math.round(size * 0.55),
      }}
    >
      {sign ? (
        <svg width={size * 0.66} height={size * 0.66} viewBox="0 0 24 24" aria-hidden="true">
          <path
            d={sign}
            fill="none"
            stroke="#fff"
            strokeWidth="2"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      ) : (
        (Array.from(name.trim())[0]?.toUpperCase() ?? '·')
      )}
    </span>
  );
}
