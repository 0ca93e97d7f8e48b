import type { TimeUnit } from '../calendar.ts';

/** A pattern's keys: name to type, every `enum(…)` as `enum`. */
export type KeyTypes = Readonly<Record<string, string>>;

type SimpleType = TimeUnit | 'integer' | 'string';

/** `{ date: 'day' }` for `weather/daily/{date:day}`. */
export type KeysOf<Text extends string> = Flat<KeysIn<Text>>;

type KeysIn<Text extends string> = Text extends `${string}{${infer Name}:${infer Type}}${infer Rest}`
  ? { readonly [key in Name]: Type extends `enum(${string})` ? 'enum' : Type } & KeysIn<Rest>
  : unknown;

type Flat<T> = { readonly [key in keyof T]: T[key] };

/** The pattern itself, or a sentence about its first key without a type that exists. */
export type CheckedPattern<Text extends string> = Text extends `${string}{${infer Key}}${infer Rest}`
  ? Key extends `${string}:${SimpleType | `enum(${string})`}`
    ? CheckedPattern<Rest>
    : `"{${Key}}" is no key: write {name:type} with day, hour, month, year, integer, string or enum(a|b)`
  : true;

/** The units that are in these keys. */
export type UnitsOf<Keys> = Extract<Keys[keyof Keys], TimeUnit>;

/** The names of the keys of one type. */
export type NamesOf<Keys, Type> = { [Name in keyof Keys]: Keys[Name] extends Type ? Name : never }[keyof Keys] & string;

/** The name of a time key, which may be left away; without one there is nothing that could be given. */
export type TimeKey<Keys> = [UnitsOf<Keys>] extends [never] ? [key: never] : [key?: NamesOf<Keys, TimeUnit>];

export type LongerThan<Unit extends TimeUnit> = {
  hour: 'day' | 'month' | 'year';
  day: 'month' | 'year';
  month: 'year';
  year: never;
}[Unit];

/** All keys but some. */
export type Without<Keys, Names> = { readonly [Name in keyof Keys as Name extends Names ? never : Name]: Keys[Name] };

/** What a job offers its inputs: its keys, and for each time unit that it has a key of that unit, whatever its name. */
export type Offer<Keys> = Keys & SomeKey<UnitsOf<Keys>>;

/** That there is a key of a unit. */
export type SomeKey<Unit extends string> = { readonly [unit in Unit as `:${unit}`]: true };
