/** Reading source as text: which modules it names, and what it takes from around it. No parser, no dependency. */
import { dirname, join, normalize } from 'node:path';

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Every way in which one module names another. `import {type X}` counts as a value: it leaves an import behind. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const named =
    /(?:^|[;}])\s*(?:import|export)\s+(type\s)?(?:[\w$*\s{},]|'[^']*'\s+as\s)*?\bfrom\s*['"]([^'"]+)['"]/gm;
  const bare = /(?:^|[;}])\s*import\s*['"]([^'"]+)['"]/gm;
  const called = /(typeof\s+)?\b(?:import(?:\.meta\.resolve)?|require)\s*\(\s*['"`]([^'"`]+)['"`]/g;
  const located = /new\s+URL\s*\(\s*['"`](\.[^'"`]*\.[jt]sx?)['"`]\s*,\s*import\.meta\.url/g;
  return [
    ...[...code.matchAll(named)].map(([, type, specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined,
    })),
    ...[...code.matchAll(bare)].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
    ...[...code.matchAll(called)].map(([, type, specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined,
    })),
    ...[...code.matchAll(located)].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
  ];
}

/** Strings are stepped over, so that the `//` of an address starts no comment. */
function withoutComments(source: string): string {
  const stringOrComment =
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return source.replace(stringOrComment, (_all, text: string | undefined) => text ?? ' ');
}

/** The file in src that a specifier leads to, by its path without an ending; undefined for a library. */
export function targetOf(file: string, specifier: string): string | undefined {
  const ending = /\.(js|ts|tsx|jsx)$/;
  if (specifier.startsWith('#/')) return specifier.slice(2).replace(ending, '');
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier)).replace(ending, '');
  return undefined;
}

/** The clock, chance and the process: what makes the same call answer differently tomorrow. */
export function ambientIn(source: string): string | undefined {
  const ambient =
    /\bnew Date\(\s*\)|\bDate\.now\b|\bMath\.random\b|\bperformance\.now\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\.|\brandom(?:Bytes|UUID|Int|FillSync)\b/;
  return ambient.exec(withoutComments(source))?.[0];
}

export const importsComputedName = (source: string) =>
  /\bimport\s*\(\s*[^'"`\s]/.test(withoutComments(source));
