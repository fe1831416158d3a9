import { firstValue, folded, normalDn } from '#/domain/dn.js';

/** What of a directory's entry a map looks at. */
export type MapRule =
  /** A group's DN, or its name: then any group of that name below the directory's group base. */
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'attribute'; readonly attribute: string; readonly value: string }
  | { readonly kind: 'everybody' };

export interface Mapped {
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** The first map whose rule fits, or null: no map, no login. */
export function firstMatch<M extends { readonly rule: MapRule }>(
  maps: readonly M[],
  person: Mapped,
): M | null {
  return maps.find(({ rule }) => fits(rule, person)) ?? null;
}

function fits(rule: MapRule, { groups, attributes }: Mapped): boolean {
  switch (rule.kind) {
    case 'group':
      return groups.some((dn) => isGroup(dn, rule.group));
    case 'attribute': {
      const wanted = rule.attribute.toLowerCase();
      const value = folded(rule.value);
      return Object.entries(attributes).some(
        ([name, values]) => name.toLowerCase() === wanted && values.some((one) => folded(one) === value),
      );
    }
    case 'everybody':
      return true;
    default:
      return rule satisfies never;
  }
}

function isGroup(dn: string, wanted: string): boolean {
  const wantedDn = normalDn(wanted);
  if (wantedDn !== null) return normalDn(dn) === wantedDn;
  const name = firstValue(dn);
  return name !== null && folded(name) === folded(wanted);
}

export function ruleText(rule: MapRule): string {
  switch (rule.kind) {
    case 'group':
      return `group ${rule.group}`;
    case 'attribute':
      return `${rule.attribute} is ${rule.value}`;
    case 'everybody':
      return 'everybody';
    default:
      return rule satisfies never;
  }
}
