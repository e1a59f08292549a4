/** gathered puts what belongs together beside each other, each group at the place of its first. */
export function gathered<Item>(
  list: readonly Item[],
  keyOf: (item: Item) => string,
): [string, readonly Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}
