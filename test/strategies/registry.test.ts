import { expect, test } from 'vitest';
import { z } from 'zod';
import { builtInStrategies } from '../../strategies/built-in.js';
import { pluginFault, StrategyRegistry } from '../../strategies/registry.js';

const plugin = { name: 'mine', params: z.strictObject({}), create: () => ({}) };

test('the built-in strategies are found by name', () => {
  const registry = builtInStrategies();
  expect(registry.list().map((each) => each.name)).toEqual(['market-maker', 'momentum', 'noop', 'touch']);
  for (const each of registry.list()) {
    expect(registry.find(each.name)).toBe(each);
    expect(each.description).toMatch(/^[A-Z]/);
  }
});

test('every built-in strategy makes itself from no parameters at all', () => {
  for (const each of builtInStrategies().list()) {
    expect(each.create(each.params.parse({})), each.name).toBeTypeOf('object');
  }
});

test('every built-in strategy refuses a parameter that it does not know', () => {
  for (const each of builtInStrategies().list()) {
    expect(each.params.safeParse({ nonsense: 1 }).success, each.name).toBe(false);
  }
});

test('a name that is not there is refused with those that are', () => {
  expect(() => builtInStrategies().find('makr')).toThrow(
    'there is no strategy "makr"; there are: market-maker, momentum, noop, touch',
  );
  expect(() => new StrategyRegistry().find('x')).toThrow('there are: none');
});

test('a registered plug-in is found; its name cannot be taken twice', () => {
  const registry = builtInStrategies().register(plugin);
  expect(registry.find('mine')).toBe(plugin);
  expect(() => registry.register(plugin)).toThrow('strategy "mine" is registered twice');
});

test.each([
  [null, 'it is null'],
  [undefined, 'it is undefined'],
  ['touch', 'it is a string'],
  [() => plugin, 'it is a function'],
  [{}, 'field "name" is missing'],
  [{ ...plugin, name: 'My Strategy' }, 'field "name" is "My Strategy", it must be kebab-case'],
  [{ ...plugin, params: undefined }, 'field "params" is missing'],
  [{ ...plugin, params: { a: 1 } }, 'field "params" is no zod schema'],
  [{ ...plugin, create: undefined }, 'field "create" is missing'],
  [{ ...plugin, create: {} }, 'field "create" is an object'],
])('what is no plug-in is told why: %o', (value, fault) => {
  expect(pluginFault(value)).toContain(fault);
  expect(() => new StrategyRegistry().register(value)).toThrow(/^not a strategy plug-in: /);
});
