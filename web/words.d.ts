declare module "virtual:words" {
  /** Loads a language's compiled messages. */
  export const loaders: Record<string, () => Promise<{ default: Record<string, unknown> }>>;
}
