import qrcode from 'qrcode-generator';
import { useMemo } from 'react';

/** The light edge that a reader needs, in modules. */
const quietZone = 4;

/** A text as a QR code. Black on white in either theme, because readers expect it so. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => pathOf(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-44 rounded-tag bg-[#fff]"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

function pathOf(text: string): { path: string; size: number } {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const modules = Array.from({ length: count * count }, (_, index) => ({
    row: Math.floor(index / count),
    column: index % count,
  }));
  const path = modules
    .filter(({ row, column }) => code.isDark(row, column))
    .map(({ row, column }) => `M${column + quietZone} ${row + quietZone}h1v1h-1z`)
    .join('');
  return { path, size: count + 2 * quietZone };
}
